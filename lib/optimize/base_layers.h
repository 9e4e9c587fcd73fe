// base_layers.h - which layers of an image are its base, and how that is known.
#pragma once

#include <cstdint>
#include <string>

#include "ocitidy/optimize.h"

namespace ocitidy {

struct BaseLayers {
  std::uint32_t count = 0;  ///< the first so many layers
  std::string evidence;     ///< one line for the report
};

/// What the user says (base_layers, base_diff_ids); else what a buildpacks label or the history says; else none.
/// With Base::touchable the count is 0.
/// Errors: invalid_argument when the image does not begin with the base that the user names.
/// Source: history entries of a base end in the CMD or ENTRYPOINT step of its own build, which no layer follows there
/// and some do here; the label is that of the Buildpacks platform specification, "io.buildpacks.lifecycle.metadata".
Result<BaseLayers> base_layers(const ImageModel& image, const OptimizeOptions& options);

}  // namespace ocitidy
