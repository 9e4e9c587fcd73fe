// path_groups.cc - grouping by the first components, fewer and fewer of them.
#include "lint/path_groups.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ocitidy::rules {
namespace {

// Deeper directories than this are not told apart; it bounds the passes over the list.
constexpr std::size_t kDeepest = 12;

/// How many components both paths begin with, but no more than `at_most`; that many when they are equal.
std::size_t common_components(std::string_view a, std::string_view b, std::size_t at_most) {
  if (a == b) return at_most;
  const auto differ = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const auto slashes = static_cast<std::size_t>(std::ranges::count(a.substr(0, differ), '/'));
  const bool ends_there =
      differ > 0 && (differ == a.size() || a[differ] == '/') && (differ == b.size() || b[differ] == '/');
  return std::min(slashes + (ends_there ? 1 : 0), at_most);
}

/// The deepest directory that both paths lie below.
std::string_view common_directory(std::string_view a, std::string_view b) {
  const auto differ = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t slash = differ == 0 ? std::string_view::npos : a.rfind('/', differ - 1);
  return slash == std::string_view::npos ? std::string_view{} : a.substr(0, slash);
}

}  // namespace

std::vector<PathGroup> group_paths(std::span<const std::string_view> paths, std::size_t at_most) {
  std::vector<PathGroup> groups;
  if (paths.size() <= at_most) {
    for (std::size_t i = 0; i < paths.size(); ++i) groups.push_back({i, i + 1, paths[i]});
    return groups;
  }
  // Neighbours are told apart at all depths beyond what they have in common.
  std::vector<std::uint8_t> common(paths.size() - 1);
  std::array<std::size_t, kDeepest + 1> told_apart{};  // pairs of neighbours, by what they have in common
  for (std::size_t i = 0; i < common.size(); ++i) {
    common[i] = static_cast<std::uint8_t>(common_components(paths[i], paths[i + 1], kDeepest));
    ++told_apart[common[i]];
  }
  std::size_t depth = 0;
  for (std::size_t groups_here = 1; depth < kDeepest && (groups_here += told_apart[depth]) <= at_most;) ++depth;
  for (std::size_t begin = 0; begin < paths.size(); begin = groups.back().end) {
    std::size_t end = begin + 1;
    while (end < paths.size() && common[end - 1] >= depth) ++end;
    const bool alone = end == begin + 1;
    groups.push_back({begin, end, alone ? paths[begin] : common_directory(paths[begin], paths[end - 1])});
  }
  return groups;
}

}  // namespace ocitidy::rules
