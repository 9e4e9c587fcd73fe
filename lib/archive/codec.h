// codec.h - gzip (all members), zstd (all frames, skippable ones too), xz (for whole archives) and none,
// told apart by their first bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "archive/stream.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

/// What the first bytes of a stream say it is. `unknown` covers plain tar too: there is no codec mark.
enum class Magic : std::uint8_t { none, gzip, zstd, xz, bzip2 };
Magic sniff_magic(std::span<const std::byte> head);

/// Decompresses `from` (which must outlive it), by the codec its first bytes say.
class Decoder : public ByteStream {
 public:
  explicit Decoder(ByteStream& from);
  ~Decoder() override;
  /// Errors: corrupt for a broken or cut stream, unsupported for bzip2 and for a zstd window over 2^27 bytes
  /// (libzstd's own default limit), limit_exceeded; and those of `from`.
  Result<std::span<const std::byte>> next() override;
  /// The same bytes into a buffer of the caller's, which is not empty. Returns how many; 0 at the end. Errors: as
  /// next().
  Result<std::size_t> read(std::span<std::byte> into);

  /// Valid after the first next() or read().
  Magic magic() const;
  /// Bytes other than NUL behind the last member or frame: read and hashed with the blob, but not content.
  std::uint64_t trailing_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ocitidy
