// dpkg_database.h - what dpkg keeps of the packages it installed: status stanzas, and one list of paths a package.
// Source: dpkg(1), deb-control(5); images without dpkg keep the same below status.d/.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace ocitidy {

/// A stanza of a status file; views into the text.
struct DpkgPackage {
  std::string_view name, architecture, version;
};

/// Stanzas that have a name and are not said to be removed. Linear; at most the first kMostDpkgPackages.
std::vector<DpkgPackage> parse_dpkg_status(std::string_view text);
inline constexpr std::size_t kMostDpkgPackages = 100'000;

/// The paths of a NAME.list: relative to the root, as Entry::path; the root itself is left out. Views into the text.
/// Linear; at most the first kMostDpkgPaths.
std::vector<std::string_view> parse_dpkg_list(std::string_view text);
/// The same of a NAME.md5sums, which knows regular files only: "HASH  PATH" a line.
std::vector<std::string_view> parse_dpkg_md5sums(std::string_view text);
inline constexpr std::size_t kMostDpkgPaths = 1'000'000;

}  // namespace ocitidy
