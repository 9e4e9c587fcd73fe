// finished_image.h - what must hold before a written image may be put together: everything is there, and fits the
// store.
#pragma once

#include "ocitidy/image.h"

namespace ocitidy {

/// Reads the manifest that `descriptor` names.
/// Errors: not_found when it, its config or a layer is missing; unsupported when it is an index, or when
/// `docker_archive` cannot hold it: an artifact, layers that are not plain tars named by their DiffIDs; corrupt,
/// limit_exceeded, io.
Result<Manifest> check_finished(const BlobSource& blobs, const Descriptor& descriptor, Transport transport,
                                const Limits& limits);

}  // namespace ocitidy
