// debian_changelog.h - when a Debian package was released. Source: deb-changelog(5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ocitidy {

/// The days in the lines that end entries, " -- NAME <MAIL>  Mon, 01 Jan 2024 12:00:00 +0000", as seconds since
/// 1970-01-01 UTC; the newest stands first. Hour and zone are left out. Linear; at most the first
/// kMostChangelogEntries.
std::vector<std::int64_t> parse_debian_changelog(std::string_view text);
inline constexpr std::size_t kMostChangelogEntries = 10'000;

}  // namespace ocitidy
