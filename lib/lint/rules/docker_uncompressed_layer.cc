// docker-uncompressed-layer: a layer stored as plain tar under Docker's media type, which Lambda refuses.
// Why and examples: docs/rules/docker-uncompressed-layer.md
#include <vector>

#include "base/text.h"
#include "lambda/media_types.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (image.source().transport == Transport::docker_archive) {
    return Outcome::not_applicable("a docker-archive stores plain tars; the push compresses them");
  }
  if (image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image");
  std::vector<std::uint32_t> layers;
  std::uint64_t stored_bytes = 0;
  for (std::uint32_t i = 0; i < image.layers().size(); ++i) {
    const Descriptor& layer = image.layers()[i].descriptor;
    if (lambda::classify_layer(layer.media_type).verdict != lambda::LayerType::Verdict::docker_uncompressed) continue;
    layers.push_back(i);
    stored_bytes += layer.size_bytes;
  }
  if (layers.empty()) return Outcome::checked();
  out.add(about_layer_types(
      layers,
      cat(listed_layers(layers), layers.size() == 1 ? " has" : " have", " the media type ",
          quote(media_type::kDockerLayer), " (", human_bytes(stored_bytes),
          " stored), which Lambda refuses with UnsupportedImageLayerDetected"),
      "compress when pushing: skopeo copy --dest-compress SOURCE DESTINATION; in Bazel write the layer as .tar.gz"));
  return Outcome::checked();
}

}  // namespace

constinit const Rule docker_uncompressed_layer = {.info = {.id = "docker-uncompressed-layer",
                                                           .title = "Uncompressed layer under Docker's media type",
                                                           .since = "0.1.0",
                                                           .category = Category::deploy,
                                                           .severity = Severity::error,
                                                           .evidence = Evidence::observed,
                                                           .fixed_by = "recompress"},
                                                  .check = check};

}  // namespace ocitidy::rules
