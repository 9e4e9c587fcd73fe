// docker_archive.h - what "docker save" writes: manifest.json, configs, and plain layer tars.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oci/archive_file.h"
#include "oci/reference.h"
#include "ocitidy/image.h"

namespace ocitidy {

/// One item of manifest.json, as it stands there.
struct DockerItem {
  std::string config;  ///< member names: looked up in the archive, never on the host
  std::vector<std::string> repo_tags, layers;
  const ArchiveFile::Member* config_member = nullptr;  ///< lives as long as the archive
  Digest config_digest;                                ///< the image ID
};

/// manifest.json and the configs it names.
class DockerIndex {
 public:
  /// Errors: corrupt for a manifest.json that is no list of images, that stands there twice, or whose config is not
  /// what its name says; not_found for a missing config; limit_exceeded, io.
  static Result<DockerIndex> read(const ArchiveFile& archive);

  const std::vector<DockerItem>& items() const { return items_; }
  /// Errors: those of select_one().
  Result<std::size_t> select(const Selector& selector, const ArchiveFile& archive,
                             const std::optional<Platform>& platform) const;

 private:
  std::vector<DockerItem> items_;
};

/// The archive's view of one item as blobs. A docker-archive holds no OCI manifest; the one made here is byte for byte
/// the one that skopeo makes, so digests can be compared: layers are named by DiffID and given as plain tars. Errors:
/// corrupt when item and config do not fit together; not_found for a missing layer; limit_exceeded, io. Cost: a
/// compressed layer is decoded once here. Source: containers/image, docker/internal/tarfile.
Result<Image> open_docker_item(std::shared_ptr<const ArchiveFile> archive, const DockerItem& item);

/// Opens the image that `selector` names in manifest.json, whatever an index.json beside it may say.
/// Errors: unsupported without manifest.json; those of the functions above.
Result<Image> open_docker_archive(std::shared_ptr<const ArchiveFile> archive, const Selector& selector,
                                  const OpenOptions& options);

}  // namespace ocitidy
