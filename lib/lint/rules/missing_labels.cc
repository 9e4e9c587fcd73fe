// missing-labels: labels that say where an image comes from.
// Why and examples: docs/rules/missing-labels.md
#include <array>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Wanted {
  std::string_view name, older;  ///< older: the same of label-schema.org
  std::string_view what;
};
/// Source: image-spec annotations.md, "Pre-Defined Annotation Keys".
constexpr std::array kWanted = {
    Wanted{"org.opencontainers.image.source", "org.label-schema.vcs-url", "where the source is"},
    Wanted{"org.opencontainers.image.revision", "org.label-schema.vcs-ref", "the commit"},
    Wanted{"org.opencontainers.image.version", "org.label-schema.version", "the version"},
    Wanted{"org.opencontainers.image.licenses", "org.label-schema.license", "the SPDX licences"},
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no labels");
  const auto& labels = in.image.config().labels;
  const auto& annotations = in.image.manifest().annotations;
  std::vector<std::string> missing;
  std::string fix = "LABEL";
  for (const Wanted& wanted : kWanted) {
    const auto is_set = [](const std::map<std::string, std::string>& all, std::string_view name) {
      const auto it = all.find(std::string(name));
      return it != all.end() && !it->second.empty();
    };
    if (is_set(labels, wanted.name) || is_set(labels, wanted.older) || is_set(annotations, wanted.name)) continue;
    missing.push_back(cat(wanted.name, " (", wanted.what, ")"));
    fix += cat(" ", wanted.name, "=...");
  }
  if (missing.empty()) return Outcome::checked();
  out.add({.message = cat("no label or annotation says ", listed(missing, missing.size()),
                          ": who finds the image in a registry cannot tell what it was built from"),
           .fix = std::move(fix),
           .where = {in_document("/config/Labels")},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_labels = {.info = {.id = "missing-labels",
                                                .title = "No labels for source, commit, version or licences",
                                                .since = "0.1.0",
                                                .category = Category::hygiene,
                                                .severity = Severity::info,
                                                .evidence = Evidence::documented,
                                                .profiles = kGenericOnly},
                                       .check = check};

}  // namespace ocitidy::rules
