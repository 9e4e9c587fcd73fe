// mismatched-platform: the index promises another platform than the config states.
// Why and examples: docs/rules/mismatched-platform.md
#include <optional>
#include <string>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// Engines fill in a variant that is not stated, and take arm64 for arm64/v8.
bool agree(const Platform& promised, const Platform& stated) {
  if (promised.os != stated.os || promised.architecture != stated.architecture) return false;
  return promised.variant.empty() || stated.variant.empty() || stated.answers(promised);
}

std::string shown(const Platform& platform) {
  const std::string text = platform.str();
  return text.empty() ? "no platform" : quote(text);
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it runs nowhere");
  const std::optional<Platform>& promised = in.image.manifest_descriptor().platform;
  if (!promised) return Outcome::not_applicable("no index names a platform for this manifest");
  const Platform& stated = in.image.config().platform;
  if (agree(*promised, stated)) return Outcome::checked();
  out.add({.message = cat("the index promises ", shown(*promised), ", the config states ", shown(stated),
                          ": which machine gets the image depends on whom the engine believes"),
           .fix = cat("build for one platform and let the builder write both: docker buildx build --platform ",
                      escape_for_terminal(promised->str())),
           .where = {in_document("index#/manifests"), in_document("/architecture")},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule mismatched_platform = {.info = {.id = "mismatched-platform",
                                                     .title = "Index and config name different platforms",
                                                     .since = "0.1.0",
                                                     .category = Category::oci,
                                                     .severity = Severity::warning,
                                                     .evidence = Evidence::observed,
                                                     .profiles = kEveryProfile},
                                            .check = check};

}  // namespace ocitidy::rules
