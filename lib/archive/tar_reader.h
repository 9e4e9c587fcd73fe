// tar_reader.h - the members of one tar: plain ones by own code, all others by libarchive. Names and times come as
// bytes and numbers: no locale, no clock. What libarchive makes of a broken header is an Error; what is odd but
// readable stays in TarMember.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "archive/stream.h"
#include "archive/tar_member.h"
#include "ocitidy/limits.h"

namespace ocitidy {

enum class Wants : std::uint8_t { more, enough };

class TarReader {
 public:
  TarReader(ByteStream& from, const Limits& limits);
  ~TarReader();

  /// The next member, or none at the end of the archive. Skips what is left of the one before.
  /// Errors: corrupt, with the member's ordinal number; those of `from`.
  Result<std::optional<TarMember>> next();

  /// Hands the bytes of the current file to `sink`, holes as zeros, in order, until the sink has enough.
  Result<void> content(const std::function<Wants(std::span<const std::byte>)>& sink);

  /// Offset of the current member's first content byte in the stream. For archives that are read in place.
  std::uint64_t content_offset() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ocitidy
