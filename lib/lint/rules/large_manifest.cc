// large-manifest: a manifest of more bytes than AWS advises.
// Why and examples: docs/rules/large-manifest.md
#include "base/text.h"
#include "lambda/limits.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

std::size_t annotation_bytes(const Manifest& manifest) {
  std::size_t bytes = 0;
  const auto count = [&](const std::map<std::string, std::string>& annotations) {
    for (const auto& [name, value] : annotations) bytes += name.size() + value.size();
  };
  count(manifest.annotations);
  for (const Descriptor& layer : manifest.layers) count(layer.annotations);
  return bytes;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image");
  if (in.image.source().transport == Transport::docker_archive) {
    return Outcome::not_applicable("a docker-archive holds no manifest: the push writes it");
  }
  const Manifest& manifest = in.image.manifest();
  const std::size_t annotations = annotation_bytes(manifest);
  if (manifest.raw.size() > lambda::kAdvisedManifestBytes) {
    out.add({.message = cat("the manifest has ", manifest.raw.size(), " bytes, and AWS advises no more than ",
                            lambda::kAdvisedManifestBytes, ": ", counted(manifest.layers.size(), "layer", "layers"),
                            ", and annotations of ", human_bytes(annotations)),
             .fix = annotations > manifest.raw.size() / 2
                        ? "build with fewer or shorter annotations (docker buildx build --annotation)"
                        : "join RUN and COPY steps, or run 'ocitidy optimize --max-layers 40'",
             .where = {in_document("manifest#")},
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule large_manifest = {.info = {.id = "large-manifest",
                                                .title = "Manifest larger than AWS advises",
                                                .since = "0.1.0",
                                                .category = Category::startup,
                                                .severity = Severity::info,
                                                .evidence = Evidence::documented,
                                                .fixed_by = "merge-layers"},
                                       .check = check};

}  // namespace ocitidy::rules
