// apk_database.h - lib/apk/db/installed: packages and files of Alpine and its kin. Source: apk_spec(5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ocitidy {

struct ApkPackage {
  std::string_view name, version;
};

/// A path that a package brought: "R:" below its "F:". A directory has no name.
struct ApkFile {
  std::uint32_t package = 0;  ///< position in ApkDatabase::packages
  std::string_view directory, name;
};

/// Views into the text.
struct ApkDatabase {
  std::vector<ApkPackage> packages;
  std::vector<ApkFile> files;
};

/// Lines of other kinds are passed over. Linear; at most the first kMostApkPackages and kMostApkFiles.
ApkDatabase parse_apk_database(std::string_view text);
inline constexpr std::size_t kMostApkPackages = 100'000, kMostApkFiles = 2'000'000;

}  // namespace ocitidy
