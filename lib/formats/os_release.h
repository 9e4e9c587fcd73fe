// os_release.h - os-release(5): which distribution a file system is.
#pragma once

#include <string>
#include <string_view>

namespace ocitidy {

struct OsRelease {
  std::string id;          ///< "amzn", "debian", "alpine"; "" when the file does not say
  std::string version_id;  ///< "2023", "12", "3.20.1"
};

/// Reads any text; lines that are no assignment are skipped, of several the last counts.
OsRelease parse_os_release(std::string_view text);

}  // namespace ocitidy
