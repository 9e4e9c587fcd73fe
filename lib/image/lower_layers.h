// lower_layers.h - what an image would be without its upper layers.
#pragma once

#include "ocitidy/image_model.h"

namespace ocitidy {

/// The tree of the first `count` layers alone. Entries have the same ids as in `image`, which must outlive it. Linear
/// in the entries of those layers.
ImageModel lower_layers(const ImageModel& image, std::uint32_t count, std::uint32_t symlink_steps);

}  // namespace ocitidy
