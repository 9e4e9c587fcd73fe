// image_writer.h - a place for one new image: first its blobs, then its root, then, when it has been proven, its name.
//
// create_image() is the one door to the file system. A registry implements ImageWriter over its own storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ocitidy/blob.h"
#include "ocitidy/image.h"

namespace ocitidy {

/// How much time goes into making layers small that are written anew.
enum class Effort : std::uint8_t { fast, normal, best };

/// One blob on its way into a store. Destroyed before commit(), it leaves nothing behind. Not thread-safe.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  /// Errors: io.
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
  /// As write(), of all bytes of `range`, by a faster way. Returns false when this store has none, and has taken
  /// nothing. Errors: io, also when the file got shorter.
  virtual Result<bool> write_file([[maybe_unused]] const FileRange& range) { return false; }
  /// All bytes were written, and `digest` is theirs: the caller's word, which the read-back checks. Committing a blob
  /// that the store already holds is no error. Errors: io.
  virtual Result<void> commit(const Digest& digest) = 0;
};

class BlobSink {
 public:
  virtual ~BlobSink() = default;
  /// May be called from several threads at once; the writers so obtained may be used from different threads.
  /// Errors: io.
  virtual Result<std::unique_ptr<BlobWriter>> create() = 0;
};

/// Destroyed before publish(), it removes all that it wrote; what the target's name held before is then untouched.
class ImageWriter : public BlobSink {
 public:
  /// `docker_archive` takes plain layers only, and a manifest whose layers are named by their DiffIDs.
  virtual Transport transport() const = 0;
  /// Every blob has been committed; `manifest` is the one image. Puts the image together under a temporary name.
  /// Errors: io; not_found when a blob is missing; unsupported when the transport cannot hold this image.
  virtual Result<void> finish(const Descriptor& manifest) = 0;
  /// The finished image, opened as a reader of the target would open it: the proof reads this. Errors: as open_image().
  virtual Result<Image> reopen() const = 0;
  /// Gives the finished image its name, in one step that happens or does not, and forces it to the disk.
  /// Errors: io. The target then holds what it held before, except after a failed last step (folder to disk).
  virtual Result<void> publish() = 0;
};

/// A new image held in memory: the twin for tests and for callers that store blobs themselves.
class MemoryImageWriter : public ImageWriter {
 public:
  explicit MemoryImageWriter(Transport transport = Transport::blobs);
  ~MemoryImageWriter() override;
  Result<std::unique_ptr<BlobWriter>> create() override;
  Transport transport() const override;
  Result<void> finish(const Descriptor& manifest) override;
  Result<Image> reopen() const override;
  Result<void> publish() override;
  bool published() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

enum class Overwrite : std::uint8_t { refuse, replace };

struct CreateOptions {
  Overwrite overwrite = Overwrite::refuse;
  std::string input_reference;  ///< the image that must never be written over, as the user named it; may be empty
  std::string default_name;     ///< "name:tag" or "tag" when the reference gives none; empty: "latest"
  Limits limits;                ///< for reading back
};

/// Makes a place for one image beside the target that `reference` names: "oci:DIR[:TAG]", "oci-archive:TAR[:TAG]",
/// "docker-archive:TAR[:NAME:TAG]", or a bare path: one that ends in ".tar" is an OCI archive, else an OCI layout
/// folder. Everything is written in the target's folder, so that publish() is a rename.
/// Errors: invalid_argument for a reference that cannot be, a target that exists without Overwrite::replace, that is
/// the input or lies in it, or that is no image store (only a layout folder or a regular file is ever replaced); io.
Result<std::unique_ptr<ImageWriter>> create_image(std::string_view reference, const CreateOptions& options);

}  // namespace ocitidy
