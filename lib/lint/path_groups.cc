// path_groups.cc - grouping by the first components, fewer and fewer of them.
#include "lint/path_groups.h"

#include <algorithm>

namespace ocitidy::rules {
namespace {

// Deeper directories than this are not told apart; it bounds the passes over the list.
constexpr std::size_t kDeepest = 12;

/// The directory made of the first `depth` components; the path itself when it has no more than that.
std::string_view cut(std::string_view path, std::size_t depth) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < depth; ++i) {
    const std::size_t slash = path.find('/', end);
    if (slash == std::string_view::npos) return path;
    end = slash + 1;
  }
  return path.substr(0, end == 0 ? 0 : end - 1);
}

/// The deepest directory that both paths lie below.
std::string_view common_directory(std::string_view a, std::string_view b) {
  const auto differ = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t slash = differ == 0 ? std::string_view::npos : a.rfind('/', differ - 1);
  return slash == std::string_view::npos ? std::string_view{} : a.substr(0, slash);
}

/// Counts groups at `depth`, and lists them too when `groups` is given.
std::size_t count_groups(std::span<const std::string_view> paths, std::size_t depth, std::vector<PathGroup>* groups) {
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < paths.size(); ++count) {
    std::size_t end = begin + 1;
    while (end < paths.size() && cut(paths[end], depth) == cut(paths[begin], depth)) ++end;
    if (groups) {
      const bool alone = end == begin + 1;
      groups->push_back({begin, end, alone ? paths[begin] : common_directory(paths[begin], paths[end - 1])});
    }
    begin = end;
  }
  return count;
}

}  // namespace

std::vector<PathGroup> group_paths(std::span<const std::string_view> paths, std::size_t at_most) {
  std::vector<PathGroup> groups;
  if (paths.size() <= at_most) {
    for (std::size_t i = 0; i < paths.size(); ++i) groups.push_back({i, i + 1, paths[i]});
    return groups;
  }
  std::size_t depth = kDeepest;
  while (depth > 0 && count_groups(paths, depth, nullptr) > at_most) --depth;
  count_groups(paths, depth, &groups);
  return groups;
}

}  // namespace ocitidy::rules
