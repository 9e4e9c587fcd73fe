// dpkg_database.cc - stanzas and lines.
#include "formats/dpkg_database.h"

#include "base/ascii.h"
#include "formats/text_lines.h"

namespace ocitidy {
namespace {

/// "usr/bin/x" of "/usr/bin/x" and "./usr/bin/x"; "" of the root.
std::string_view relative(std::string_view path) {
  if (path.starts_with('.')) path.remove_prefix(path.size() == 1 || path[1] == '/' ? 1 : 0);
  while (path.starts_with('/')) path.remove_prefix(1);
  return path == "." ? std::string_view() : path;
}

bool is_removed(std::string_view status) {
  return status.ends_with(" config-files") || status.ends_with(" not-installed");
}

}  // namespace

std::vector<DpkgPackage> parse_dpkg_status(std::string_view text) {
  std::vector<DpkgPackage> packages;
  DpkgPackage package;
  bool removed = false;
  const auto finish = [&] {
    if (!package.name.empty() && !removed) packages.push_back(package);
    package = {};
    removed = false;
  };
  for (TextLines lines(text); packages.size() < kMostDpkgPackages && lines.next();) {
    const std::string_view line = lines.line();
    if (line.empty()) finish();
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.front() == ' ' || line.front() == '\t') continue;
    const std::string_view field = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    if (field == "Package") package.name = value;
    if (field == "Architecture") package.architecture = value;
    if (field == "Version") package.version = value;
    if (field == "Status") removed = is_removed(value);
  }
  if (packages.size() < kMostDpkgPackages) finish();
  return packages;
}

std::vector<std::string_view> parse_dpkg_list(std::string_view text) {
  std::vector<std::string_view> paths;
  for (TextLines lines(text); paths.size() < kMostDpkgPaths && lines.next();) {
    if (const std::string_view path = relative(lines.line()); !path.empty()) paths.push_back(path);
  }
  return paths;
}

std::vector<std::string_view> parse_dpkg_md5sums(std::string_view text) {
  std::vector<std::string_view> paths;
  for (TextLines lines(text); paths.size() < kMostDpkgPaths && lines.next();) {
    const std::size_t gap = lines.line().find("  ");
    if (gap == std::string_view::npos) continue;
    if (const std::string_view path = relative(lines.line().substr(gap + 2)); !path.empty()) paths.push_back(path);
  }
  return paths;
}

}  // namespace ocitidy
