// pyc.h - the header of CPython bytecode files: which source they belong to and whether they still count. No I/O.
//
// Python uses a .pyc only if its header agrees with the source file. A header that names another mtime makes every cold
// start compile the source again, and on Lambda's read-only file system the result is thrown away each time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ocitidy {

/// Bytes parse_pyc() wants to see. Source: PEP 552.
inline constexpr std::size_t kPycHeadBytes = 16;

/// How Python decides whether the bytecode is still that of its source.
enum class PycCheck : std::uint8_t {
  mtime,           ///< time and size of the source must agree
  unchecked_hash,  ///< never looks at the source
  checked_hash,    ///< hashes the source at every import
};

struct PycHeader {
  std::uint16_t magic = 0;        ///< changes with the bytecode: 3495 is Python 3.11
  std::uint8_t header_bytes = 0;  ///< 16; 12 for Python 3.3 to 3.6, 8 for older ones
  PycCheck check = PycCheck::mtime;
  std::uint32_t flags = 0;                    ///< as written; 0 where the header has none
  std::uint32_t source_mtime_s = 0;           ///< PycCheck::mtime: seconds since 1970, modulo 2^32
  std::optional<std::uint32_t> source_bytes;  ///< PycCheck::mtime: size modulo 2^32; absent in 8-byte headers
  std::uint64_t source_hash = 0;              ///< both hash checks: siphash of the source, as it is written
};

/// The magic number that final releases of Python 3.`minor` write; nothing for versions that are not known here.
std::optional<std::uint16_t> pyc_magic(unsigned minor);

/// The header at the front of `head`, by magic number; nothing when it is no CPython bytecode (PyPy and GraalPy count
/// their own way), when `head` is too short, or when Python itself refuses the flags.
std::optional<PycHeader> parse_pyc(std::span<const std::byte> head);

/// Would Python set this bytecode aside for a source with this time and size? Hash-checked headers do not depend on
/// either: never.
bool is_stale(const PycHeader& header, std::int64_t source_mtime_s, std::uint64_t source_bytes);

/// The source that a bytecode path belongs to: "a/__pycache__/b.cpython-312.opt-1.pyc" and "a/b.pyc" give "a/b.py".
/// Nothing when `path` is no bytecode path. Does not say that the source exists.
std::optional<std::string> pyc_source_path(std::string_view path);

/// A header's bytes, to be put over the first 16 of its file.
using PycHeadBytes = std::array<std::byte, kPycHeadBytes>;

/// `header` with another mtime of the source. Nothing unless it is a 16-byte header that is checked by mtime.
std::optional<PycHeadBytes> with_mtime(const PycHeader& header, std::int64_t source_mtime_s);

/// `header` as one that Python never checks, so that no change of times can make it stale. Nothing unless it is a
/// 16-byte header. The caller vouches that the bytecode is that of its source.
std::optional<PycHeadBytes> as_unchecked(const PycHeader& header);

}  // namespace ocitidy
