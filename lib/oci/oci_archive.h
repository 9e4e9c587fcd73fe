// oci_archive.h - an OCI image layout inside a tar.
#pragma once

#include <memory>

#include "oci/archive_file.h"
#include "oci/reference.h"
#include "oci/root_index.h"
#include "ocitidy/image.h"

namespace ocitidy {

/// The archive's members blobs/<algorithm>/<hex>. Only regular ones count. Immutable; safe from any thread.
class OciArchive : public BlobSource {
 public:
  explicit OciArchive(std::shared_ptr<const ArchiveFile> archive) : archive_(std::move(archive)) {}
  /// Errors: also corrupt, for a blob that is a link, a FIFO or the like.
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override;

  /// Errors: those of ArchiveFile::only() and parse_root_index().
  Result<RootIndex> root_index() const;
  /// As check_layout_marker().
  Result<std::vector<StoreNote>> layout_notes() const;

 private:
  std::shared_ptr<const ArchiveFile> archive_;
};

/// Opens the image that `selector` names in the archive's index.json, whatever a manifest.json beside it may say.
/// Errors: unsupported without index.json; those of select_root(); corrupt, not_found, limit_exceeded, io.
Result<Image> open_oci_archive(std::shared_ptr<const ArchiveFile> archive, const Selector& selector,
                               const OpenOptions& options);

/// Why an archive with neither index.json nor manifest.json is no image.
std::unexpected<Error> fail_no_image(const ArchiveFile& archive);

}  // namespace ocitidy
