// rpm_header.h - one package of an rpm database: name, version, files and the dates of its changelog.
//
// A header is two counts, so many index rows of 16 bytes, and a store that they point into; all numbers big-endian.
// Source: rpm, docs/manual/format_header.md and lib/rpmtag.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ocitidy {

/// A file or directory: `directory` as written ("/usr/bin/"), and the name in it.
struct RpmFile {
  std::string_view directory, name;
};

/// Views into the bytes.
struct RpmHeader {
  std::string_view name, version, release;
  std::vector<RpmFile> files;
  std::vector<std::uint32_t> changelog_s;  ///< since 1970-01-01 UTC, as written: newest first
};

/// A header as databases store it, without magic. Nothing when `bytes` is none, or has no name; what points out of its
/// store is left out. Linear; at most the first kMostRpmFiles files and kMostRpmIndexRows rows.
std::optional<RpmHeader> parse_rpm_header(std::span<const std::byte> bytes);
inline constexpr std::size_t kMostRpmFiles = 1'000'000, kMostRpmIndexRows = 10'000;

}  // namespace ocitidy
