// fix-media-types: layer types that do not say what the bytes are.
// Why and examples: docs/passes/fix-media-types.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// What a media type says about compression; none for a type that nobody knows.
std::optional<Codec> stated_codec(std::string_view media_type) {
  if (media_type.ends_with("tar+gzip") || media_type.ends_with("tar.gzip")) return Codec::gzip;
  if (media_type.ends_with("tar+zstd") || media_type.ends_with("tar.zstd")) return Codec::zstd;
  if (media_type.ends_with(".tar")) return Codec::none;
  return std::nullopt;
}

Outcome plan(const PassInput& in, Plan& plan) {
  if (in.image.source().transport == Transport::docker_archive) {
    return Outcome::not_applicable("a docker-archive states no layer types");
  }
  const auto layers = in.image.layers();
  for (std::uint32_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    if (stated_codec(layer.descriptor.media_type) == layer.codec) continue;
    plan.fix_media_types();
    plan.record({.kind = Edit::Kind::document,
                 .layer = i,
                 .path = "",
                 .detail = cat("the bytes are ", codec_name(layer.codec), ", the type says ",
                               quote(layer.descriptor.media_type))});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass fix_media_types = {.info = {.id = "fix-media-types",
                                                 .title = "State the layer types that the bytes have",
                                                 .since = "0.1.0",
                                                 .safety = Safety::bytes},
                                        .plan = plan};

}  // namespace ocitidy::passes
