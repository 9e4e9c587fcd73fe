// docker-uncompressed-layer: a layer stored as plain tar under Docker's media type, which Lambda refuses.
// Why and examples: docs/rules/docker-uncompressed-layer.md
#include <vector>

#include "base/text.h"
#include "lambda/media_types.h"
#include "lint/rules/rules.h"
#include "lint/rules/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (image.source().transport == Transport::docker_archive) {
    return Outcome::not_applicable("a docker-archive stores plain tars; the push compresses them");
  }
  std::vector<std::uint32_t> layers;
  Finding finding;
  std::uint64_t stored_bytes = 0;
  for (std::uint32_t i = 0; i < image.layers().size(); ++i) {
    const Descriptor& layer = image.layers()[i].descriptor;
    if (lambda::classify_layer(layer.media_type).verdict != lambda::LayerType::Verdict::docker_uncompressed) continue;
    layers.push_back(i);
    stored_bytes += layer.size_bytes;
    finding.where.push_back(in_layer(i));
    finding.where.back().json_pointer = cat("manifest#/layers/", i, "/mediaType");
  }
  if (layers.empty()) return Outcome::checked();
  finding.message = cat(listed_layers(layers), layers.size() == 1 ? " has" : " have", " the media type ",
                        quote(media_type::kDockerLayer), " (", human_bytes(stored_bytes),
                        " of plain tar), which Lambda ", "refuses with UnsupportedImageLayerDetected");
  finding.fix =
      "compress when pushing: skopeo copy --dest-compress SOURCE DESTINATION; in Bazel write the layer as .tar.gz";
  out.add(std::move(finding));
  return Outcome::checked();
}

}  // namespace

constinit const Rule docker_uncompressed_layer = {.info = {.id = "docker-uncompressed-layer",
                                                           .title = "Uncompressed layer under Docker's media type",
                                                           .since = "0.1.0",
                                                           .category = Category::deploy,
                                                           .severity = Severity::error,
                                                           .evidence = Evidence::observed},
                                                  .check = check};

}  // namespace ocitidy::rules
