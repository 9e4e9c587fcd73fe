// path_groups.h - many paths told in few lines: cuts a sorted list into the deepest directories that are few enough.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace ocitidy::rules {

/// Neighbours of a sorted list that one line tells of.
struct PathGroup {
  std::size_t begin = 0, end = 0;  ///< positions in the list, end excluded; never empty
  std::string_view
      common;  ///< the path itself for a group of one, else the deepest directory above all; "" is the root
};

/// Cuts `paths`, sorted in byte order, into groups in their order: every path alone when they are no more than
/// `at_most`, else by directory, as deep as keeps the groups no more than that. Linear in the bytes of the paths.
std::vector<PathGroup> group_paths(std::span<const std::string_view> paths, std::size_t at_most);

}  // namespace ocitidy::rules
