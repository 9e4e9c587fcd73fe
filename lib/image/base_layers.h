// base_layers.h - which layers of an image are its base, and how that is known.
#pragma once

#include "ocitidy/rule.h"

namespace ocitidy {

/// What the user says; else a published base that we know by its DiffIDs; else what a buildpacks label, the history, or
/// the files that AWS puts into its bases say; else none. An image that is nothing but a known base has none: all of it
/// is its own. Cost: one look at each entry, at worst. Errors: invalid_argument when the image does not begin with the
/// base that the user names. Source: history entries of a base end in the CMD or ENTRYPOINT step of its own build,
/// which no layer follows there and some do here; the label is that of the Buildpacks platform specification,
/// "io.buildpacks.lifecycle.metadata".
Result<BaseLayers> base_layers(const ImageModel& image, const BaseHint& hint);

}  // namespace ocitidy
