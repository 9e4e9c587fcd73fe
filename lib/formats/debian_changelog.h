// debian_changelog.h - when a Debian package was released. Source: deb-changelog(5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ocitidy {

struct DebianRelease {
  std::int64_t day_s = 0;       ///< since 1970-01-01 UTC; hour and zone are left out
  bool is_development = false;  ///< went to unstable, testing or experimental; an update of a stable release did not
  bool operator==(const DebianRelease&) const = default;
};

/// The entries, "NAME (VERSION) DISTRIBUTIONS; ..." to " -- NAME <MAIL>  Mon, 01 Jan 2024 12:00:00 +0000"; the newest
/// stands first. Linear; at most the first kMostChangelogEntries.
std::vector<DebianRelease> parse_debian_changelog(std::string_view text);
inline constexpr std::size_t kMostChangelogEntries = 10'000;

}  // namespace ocitidy
