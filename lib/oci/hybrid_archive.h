// hybrid_archive.h - an archive with both an index.json and a manifest.json, as Docker has saved them since version 25.
#pragma once

#include <memory>

#include "oci/archive_file.h"
#include "oci/reference.h"
#include "ocitidy/image.h"

namespace ocitidy {

/// manifest.json decides which image is meant, as for every engine that loads such an archive. If index.json leads to
/// an OCI manifest with the same config, all of it there, the image is read through that: it has the digests that a
/// push keeps. Else it is read as a docker-archive. A digest as selector names an OCI manifest or an image ID. Notes
/// tell where the two documents disagree. Errors: those of open_docker_archive() and open_oci_archive().
Result<Image> open_hybrid_archive(std::shared_ptr<const ArchiveFile> archive, const Selector& selector,
                                  const OpenOptions& options);

}  // namespace ocitidy
