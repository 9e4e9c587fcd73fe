// tree_walk.h - a path on its way down a tree, symlinks followed inside the root.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ocitidy {

/// What a tree tells a walk. Ids are the tree's own; 0 is the root.
template <class Tree>
concept WalkableTree = requires(const Tree& tree, std::uint32_t id, std::string_view name) {
  { tree.child(id, name) } -> std::same_as<std::optional<std::uint32_t>>;
  { tree.parent_of(id) } -> std::same_as<std::uint32_t>;
  { tree.symlink_target(id) } -> std::same_as<std::optional<std::string_view>>;  // none: not a symlink
};

/// Components still to come stand in `rest`, the next one last.
struct TreeWalk {
  std::uint32_t at = 0;
  std::uint32_t steps = 0;  // symlinks followed
  std::vector<std::string_view> rest;

  void push(std::string_view path) {
    while (!path.empty()) {
      const std::size_t slash = path.rfind('/');
      const std::string_view part = slash == std::string_view::npos ? path : path.substr(slash + 1);
      path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
      if (!part.empty() && part != ".") rest.push_back(part);
    }
  }
  std::string_view pop() {
    const std::string_view part = rest.back();
    rest.pop_back();
    return part;
  }

  /// Takes one component. False when `part` is not there, or more than `most_steps` symlinks were followed.
  bool step(const WalkableTree auto& tree, std::string_view part, std::uint32_t most_steps) {
    if (part == "..") {
      if (at != 0) at = tree.parent_of(at);
      return true;
    }
    const std::optional<std::uint32_t> next = tree.child(at, part);
    if (!next) return false;
    const std::optional<std::string_view> target = tree.symlink_target(*next);
    if (!target) {
      at = *next;
      return true;
    }
    if (++steps > most_steps) return false;
    if (target->starts_with('/')) at = 0;
    push(*target);
    return true;
  }
};

}  // namespace ocitidy
