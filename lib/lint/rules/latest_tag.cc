// latest-tag: an image, or the base it names, under the tag that moves.
// Why and examples: docs/rules/latest-tag.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::string_view kBaseName = "org.opencontainers.image.base.name";

std::string_view value_of(const std::map<std::string, std::string>& all, std::string_view name) {
  const auto it = all.find(std::string(name));
  return it == all.end() ? std::string_view() : std::string_view(it->second);
}

bool ends_in_latest(std::string_view name) { return name.ends_with(":latest"); }

/// "alpine" and "alpine:latest", not "alpine:3.20" nor "alpine@sha256:...". A port is no tag.
bool floats(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('/') + 1);
  return !name.empty() && name.find('@') == std::string_view::npos &&
         (ends_in_latest(last) || last.find(':') == std::string_view::npos);
}

/// How the image is called: by who linted it, or by its archive; "" when it is not by that tag.
std::string_view floating_name(const Image& image) {
  if (ends_in_latest(image.reference)) return image.reference;
  for (const std::string_view key : {"io.containerd.image.name", "org.opencontainers.image.ref.name"}) {
    const std::string_view name = value_of(image.root.annotations, key);
    if (name == "latest" || ends_in_latest(name)) return name;
  }
  return "";
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image");
  if (const std::string_view name = floating_name(in.image.source()); !name.empty()) {
    out.add({.message = cat("the image is called ", quote(name),
                            ": the tag says nothing of what is in it, and the next push takes it away"),
             .fix = "tag it by version or commit: docker build -t app:1.4.2",
             .where = {in_document("index#/manifests")},
             .severity = {}});
  }
  std::string_view base = value_of(in.image.manifest().annotations, kBaseName);
  const std::string_view label = value_of(in.image.config().labels, kBaseName);
  const bool by_label = base.empty();
  if (by_label) base = label;
  if (floats(base)) {
    out.add({.message = cat("the image says that it is built on ", quote(base),
                            ": another build may get another base without a word"),
             .fix = "FROM a version, better by digest: FROM alpine:3.20@sha256:...",
             .where = {in_document(by_label ? "/config/Labels" : "manifest#/annotations")},
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule latest_tag = {.info = {.id = "latest-tag",
                                            .title = "Image, or its base, under the tag latest",
                                            .since = "0.1.0",
                                            .category = Category::hygiene,
                                            .severity = Severity::info,
                                            .evidence = Evidence::documented,
                                            .profiles = kGenericOnly},
                                   .check = check};

}  // namespace ocitidy::rules
