// stream.h - bytes on their way: read, counted and hashed, decompressed. Each stage lends its buffer to the next.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "base/hasher.h"
#include "ocitidy/blob.h"

namespace ocitidy {

/// A stream that lends chunks of its own buffer.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// The next bytes; empty at the end, and from then on. The view lives until the next call.
  /// Errors: io, corrupt, limit_exceeded.
  virtual Result<std::span<const std::byte>> next() = 0;
  /// Passes over up to `count` bytes without reading them. Returns how many; 0 when this stream cannot.
  virtual std::uint64_t skip(std::uint64_t count) { return count * 0; }
};

/// Where a writer's bytes go, in order. The view lives for the call. Errors: its own; whoever writes passes them on.
using Sink = std::function<Result<void>(std::span<const std::byte>)>;

/// The bytes of one blob, and the proof that they are the blob: at the end, size and digest must match.
/// A blob that runs past its size is refused at once, so a liar cannot make us read for ever.
class VerifyingStream : public ByteStream {
 public:
  VerifyingStream(std::unique_ptr<BlobReader> reader, const Descriptor& descriptor);
  Result<std::span<const std::byte>> next() override;
  /// Reads to the end, to learn whether the rest of the blob is what its descriptor says.
  Result<void> drain();

 private:
  std::unique_ptr<BlobReader> reader_;
  Digest expected_;
  std::uint64_t size_bytes_, seen_bytes_ = 0;
  Hasher hasher_;
  std::vector<std::byte> buffer_;
  bool ended_ = false;
};

/// Reads a whole blob that must be small (a JSON document) and verifies it.
/// Errors: limit_exceeded when the descriptor claims more than `limit_bytes`; corrupt, not_found, io.
Result<std::string> read_small_blob(const BlobSource& blobs, const Descriptor& descriptor, std::uint64_t limit_bytes);

}  // namespace ocitidy
