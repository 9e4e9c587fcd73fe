// layer_plan.h - which component lies in which layer, as the image itself remembers it for its next build.
//
// An annotation of the manifest. The next build keeps every component in the layer it had, so that layers without a
// change keep their digests; without it, small changes would reshuffle all layers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

inline constexpr std::string_view kLayerPlanAnnotation = "dev.ocitidy.layer-plan";

/// Names of parts, layer by layer above the base, in the order in which they lie there. Unique.
using LayerPlan = std::vector<std::vector<std::string>>;

/// Base64 of deflated text: one name a line, an empty line behind each layer. Names with control characters are left
/// out: the next build takes those parts for new ones.
std::string encode_layer_plan(const LayerPlan& plan);
/// None when it is no such text, or unfolds to more than 4 MiB. Of a name that stands there twice, the first counts.
std::optional<LayerPlan> decode_layer_plan(std::string_view annotation);

}  // namespace ocitidy
