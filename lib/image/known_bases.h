// known_bases.h - published base images, told by the DiffIDs of their layers.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "ocitidy/image_model.h"

namespace ocitidy {

struct KnownBase {
  std::string_view name;  ///< "alpine 3.10, amd64"
  std::size_t layer_count = 0;
};

/// The published base with most layers that `layers` begin with, if we know one. A table of a few entries: it knows
/// what was at hand, and no base of AWS Lambda. Linear in the table.
std::optional<KnownBase> find_known_base(std::span<const Layer> layers);

}  // namespace ocitidy
