// tar_writer.h - tar members as ustar, with a pax header only where ustar cannot hold a value. The bytes depend on the
// arguments alone: no clock, no locale, no library's version (docs/decisions/0007-own-tar-writer.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "archive/stream.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

/// One member to write. Views are read during the call only.
struct TarHeader {
  /// Relative, without "./" in front; any bytes but NUL. A directory's name gets its final '/' from the writer if it
  /// has none; the root, a directory, is "", "." or "./".
  std::string_view name = {};
  std::string_view link_target = {};  ///< symlinks: as it stands; hard links: the name of an earlier member
  EntryType type = EntryType::file;   ///< a whiteout is an empty file with a name; that name is the caller's to make
  std::uint64_t size_bytes = 0;       ///< of a file; 0 for all others
  std::int64_t mtime_s = 0;           ///< since 1970-01-01 UTC, may be negative
  std::uint32_t mtime_ns = 0;         ///< 0 ... 999,999,999, added to mtime_s
  std::uint32_t mode = 0;             ///< 12 permission bits
  std::uint32_t uid = 0, gid = 0;
  std::uint32_t device_major = 0, device_minor = 0;  ///< of devices; not looked at for others
  std::string_view user_name = {}, group_name = {};  ///< engines go by the numbers; empty is usual
  std::span<const Xattr> xattrs = {};                ///< written in this order
};

/// Writes one tar. Costs a header of 512 bytes a member, 1.5 KiB with a pax header. Not thread-safe.
class TarWriter {
 public:
  explicit TarWriter(Sink to);

  /// Begins a member. Errors: unsupported for what tar or Go's reader cannot hold (NUL in a name, no name or '=' in the
  /// name of an xattr, over 1 MiB of pax records, a device number over 21 bits, a size over 63); internal when the
  /// member before is not complete, or for a header that cannot be (see TarHeader); those of the sink. After the first
  /// two nothing has been written, and another member may follow.
  Result<void> header(const TarHeader& member);
  /// The bytes of the file just begun, in pieces, size_bytes in all. Errors: internal for more; those of the sink.
  Result<void> content(std::span<const std::byte> bytes);
  /// Ends the archive with two zero blocks. Errors: internal when a member is not complete, or for the second call;
  /// those of the sink.
  Result<void> finish();

  /// Length of the tar so far, in whole blocks between members.
  std::uint64_t tar_bytes() const { return tar_bytes_; }

 private:
  Result<void> ready(std::string_view what) const;
  Result<void> put(std::span<const std::byte> bytes);

  Sink to_;
  std::uint64_t tar_bytes_ = 0;
  std::uint64_t content_left_bytes_ = 0;
  bool finished_ = false;
  std::optional<Error> failure_;  // what the sink said: a tar with a hole in it must not go on
};

}  // namespace ocitidy
