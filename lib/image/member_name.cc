// member_name.cc - names of tar members.
#include "image/member_name.h"

#include <array>

namespace ocitidy {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kAufs = ".wh..wh.";  // aufs's own bookkeeping: .wh..wh.plnk, .wh..wh.aufs, .wh..wh.orph

constexpr std::size_t kNameBytes = 255;   // NAME_MAX of Linux
constexpr std::size_t kPathBytes = 4095;  // PATH_MAX of Linux, less the NUL

/// Is some component but the last a whiteout's? `path` is clean.
bool is_below_whiteout(std::string_view parent) {
  return parent.starts_with(kWhiteout) || parent.find("/.wh.") != std::string_view::npos;
}

}  // namespace

std::string clean_path(std::string_view raw, Oddity& oddities) {
  std::string path;
  path.reserve(raw.size());
  if (raw.starts_with('/')) oddities |= Oddity::absolute_name;
  while (!raw.empty()) {
    const std::size_t slash = raw.find('/');
    const std::string_view part = raw.substr(0, slash);
    raw.remove_prefix(slash == std::string_view::npos ? raw.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      oddities |= Oddity::dot_dot_name;
      const std::size_t last = path.rfind('/');
      path.resize(last == std::string::npos ? 0 : last);
      continue;
    }
    if (part.size() > kNameBytes) oddities |= Oddity::name_too_long;
    if (!path.empty()) path += '/';
    path += part;
  }
  if (path.size() > kPathBytes) oddities |= Oddity::name_too_long;
  return path;
}

MemberName member_name(std::string_view raw, EntryType type) {
  MemberName name{.path = {}, .type = type};
  name.path = clean_path(raw, name.oddities);
  const std::size_t slash = name.path.rfind('/');
  const std::string parent = slash == std::string::npos ? "" : name.path.substr(0, slash);
  const std::string last = name.path.substr(slash == std::string::npos ? 0 : slash + 1);
  if (is_below_whiteout(parent)) name.oddities |= Oddity::below_whiteout;
  if (!last.starts_with(kWhiteout)) {
    if (name.path.empty() && type != EntryType::directory) name.oddities |= Oddity::root_not_directory;
    return name;
  }
  if (last == kOpaque) {
    name.type = EntryType::opaque;
    name.path = parent;
    return name;
  }
  name.type = EntryType::whiteout;
  const std::string hidden = last.substr(kWhiteout.size());
  if (last.starts_with(kAufs)) {
    name.oddities |= Oddity::aufs_metadata;
    return name;
  }
  if (hidden.empty() || hidden == "." || hidden == "..") {
    name.oddities |= Oddity::bad_whiteout_name;
    return name;
  }
  name.path = parent.empty() ? hidden : parent + "/" + hidden;
  return name;
}

}  // namespace ocitidy
