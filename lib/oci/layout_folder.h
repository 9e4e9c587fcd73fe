// layout_folder.h - an OCI image layout as a folder.
#pragma once

#include "oci/file.h"
#include "oci/reference.h"
#include "ocitidy/image.h"

namespace ocitidy {

/// Opens the layout in the folder `opened`, and in it the image that `selector` names.
/// Errors: unsupported for a folder that is no layout; those of select_root(); corrupt for a file that is a FIFO, a
/// device, or a link out of the folder; not_found, io. Source: image-spec image-layout.md.
Result<Image> open_layout_folder(OpenedPath opened, const Selector& selector, const OpenOptions& options);

}  // namespace ocitidy
