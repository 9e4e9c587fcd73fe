// tar_reader.h - the members of one tar, over libarchive. Names and times come as bytes and numbers: no locale,
// no clock. What libarchive makes of a broken header is an Error; what is odd but readable stays in TarMember.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "archive/stream.h"
#include "ocitidy/image_model.h"
#include "ocitidy/limits.h"

namespace ocitidy {

/// One header, as it stands. Views live until the next call of TarReader::next().
struct TarMember {
  std::string_view name;             ///< raw: may be absolute, hold "..", end in '/'
  std::string_view link_target;      ///< raw; symlinks and hard links
  EntryType type = EntryType::file;  ///< never whiteout or opaque: those are names, not types
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_s = 0;
  std::uint32_t mtime_ns = 0;
  std::uint32_t mode = 0, uid = 0, gid = 0;
  std::uint32_t device_major = 0, device_minor = 0;
  std::string_view user_name, group_name;
  std::vector<Xattr> xattrs;       ///< sorted by name
  Oddity oddities = Oddity::none;  ///< id_out_of_range, sparse, unknown_type
};

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
