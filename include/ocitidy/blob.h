// blob.h - where an image's bytes come from: a layout folder, an archive, a registry's storage, memory.
// Nothing read through these is trusted: the library checks every size and digest itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "ocitidy/oci.h"

namespace ocitidy {

/// Bytes of a file of the host, which is open for reading as `fd`.
struct FileRange {
  int fd = -1;  ///< not the range's own: it lives as long as whoever gave the range
  std::uint64_t offset = 0, size_bytes = 0;
};

/// A stream over one blob. Not thread-safe.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  /// Fills the front of `into` (never empty). Returns the number of bytes written; 0 only at the end of the blob.
  /// Errors: io.
  virtual Result<std::size_t> read(std::span<std::byte> into) = 0;
  /// Where the bytes still to be read stand, for a copy that the kernel makes. None unless they are in a file as they
  /// are. The range lives as long as the reader.
  virtual std::optional<FileRange> file_range() const { return std::nullopt; }
};

class BlobSource {
 public:
  virtual ~BlobSource() = default;
  /// Opens `blob` at its first byte; may be called again for the same blob, from several threads at once, and the
  /// readers so obtained may be used from different threads.
  /// Errors: not_found when the source does not hold it, io.
  virtual Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const = 0;
};

/// Blobs held in memory: the twin for tests and for callers that have the bytes already.
class MemoryBlobs : public BlobSource {
 public:
  /// Stores `bytes` and returns their descriptor.
  Descriptor add(std::string_view media_type, std::string bytes);
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override;

 private:
  std::map<Digest, std::string> blobs_;
};

}  // namespace ocitidy
