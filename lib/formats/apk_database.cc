// apk_database.cc - one letter, a colon, and a value a line.
#include "formats/apk_database.h"

#include "formats/text_lines.h"

namespace ocitidy {

ApkDatabase parse_apk_database(std::string_view text) {
  ApkDatabase database;
  auto& [packages, files] = database;
  bool inside = false;  // of a package
  std::string_view directory, version;
  for (TextLines lines(text); files.size() < kMostApkFiles && lines.next();) {
    const std::string_view line = lines.line();
    if (line.empty()) {
      inside = false;
      directory = version = {};
    }
    if (line.size() < 2 || line[1] != ':') continue;
    const std::string_view value = line.substr(2);
    const auto package = static_cast<std::uint32_t>(packages.size() - 1);
    if (line[0] == 'P' && !value.empty()) {
      if (packages.size() == kMostApkPackages) break;
      packages.push_back({.name = value, .version = version});
      inside = true;
    } else if (line[0] == 'V') {
      version = value;
      if (inside) packages.back().version = value;
    } else if (line[0] == 'F') {
      directory = value;
      if (inside && !value.empty()) files.push_back({.package = package, .directory = value, .name = {}});
    } else if (line[0] == 'R' && inside && !value.empty()) {
      files.push_back({.package = package, .directory = directory, .name = value});
    }
  }
  return database;
}

}  // namespace ocitidy
