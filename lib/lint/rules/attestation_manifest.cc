// attestation-manifest: a build attestation travels with the image, and Lambda cannot unpack it.
// Why and examples: docs/rules/attestation-manifest.md
#include <string>
#include <vector>

#include "base/text.h"
#include "lambda/media_types.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::string_view kFix =
    "build without attestations: docker buildx build --provenance=false --sbom=false, or set "
    "BUILDX_NO_DEFAULT_ATTESTATIONS=1; then push under a new tag";

void check_members(const ImageModel& image, FindingSink& out) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> digests;
  for (const IndexMember& member : image.index_members()) {
    if (member.kind == IndexMember::Kind::attestation) digests.push_back(member.descriptor.digest.str());
  }
  if (digests.empty()) return;
  out.add({.message = cat("the index holds ", counted(digests.size(), "attestation manifest", "attestation manifests"),
                          " (", listed(digests, kShown), "), which ", digests.size() == 1 ? "is" : "are", " no image"),
           .fix = std::string(kFix),
           .where = {in_document("index#/manifests")},
           .severity = {}});
}

void check_layers(const ImageModel& image, FindingSink& out) {
  std::vector<std::uint32_t> layers;
  for (std::uint32_t i = 0; i < image.manifest().layers.size(); ++i) {
    const std::string& type = image.manifest().layers[i].media_type;
    if (lambda::classify_layer(type).verdict == lambda::LayerType::Verdict::attestation) layers.push_back(i);
  }
  if (layers.empty()) return;
  out.add(about_layer_types(layers,
                            cat(listed_layers(layers), ": ", quote(media_type::kInToto),
                                " is an in-toto statement, not a file system; this manifest is an attestation"),
                            kFix));
}

Outcome check(const LintInput& in, FindingSink& out) {
  check_members(in.image, out);
  check_layers(in.image, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule attestation_manifest = {.info = {.id = "attestation-manifest",
                                                      .title = "Build attestation shipped with the image",
                                                      .since = "0.1.0",
                                                      .category = Category::deploy,
                                                      .severity = Severity::error,
                                                      .evidence = Evidence::observed,
                                                      .fixed_by = "unwrap-index"},
                                             .check = check};

}  // namespace ocitidy::rules
