// base_layers.h - which layers of an image are its base, and how that is known.
#pragma once

#include "ocitidy/rule.h"

namespace ocitidy {

/// What the user says; else what a buildpacks label or the history says; else none.
/// Errors: invalid_argument when the image does not begin with the base that the user names.
/// Source: history entries of a base end in the CMD or ENTRYPOINT step of its own build, which no layer follows there
/// and some do here; the label is that of the Buildpacks platform specification, "io.buildpacks.lifecycle.metadata".
Result<BaseLayers> base_layers(const ImageModel& image, const BaseHint& hint);

}  // namespace ocitidy
