// tree_diff.h - two merged trees side by side: what a process could tell apart.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/optimize.h"

namespace ocitidy {

/// What of one path differs; a bit set.
enum class Field : std::uint16_t {
  none = 0,
  type = 1 << 0,
  mode = 1 << 1,
  owner = 1 << 2,  ///< uid or gid
  mtime = 1 << 3,
  xattrs = 1 << 4,
  target = 1 << 5,   ///< of a symlink
  content = 1 << 6,  ///< size or SHA-256 of a file
  device = 1 << 7,
  links = 1 << 8,  ///< which other paths are names of the same inode
};
constexpr Field operator|(Field a, Field b) { return Field(std::uint16_t(a) | std::uint16_t(b)); }
constexpr Field& operator|=(Field& a, Field b) { return a = a | b; }
constexpr Field operator&(Field a, Field b) { return Field(std::uint16_t(a) & std::uint16_t(b)); }
constexpr Field without(Field set, Field gone) { return Field(std::uint16_t(set) & ~std::uint16_t(gone)); }
constexpr bool has(Field set, Field one) { return (set & one) != Field::none; }
std::string field_names(Field set);  ///< "mode, mtime"

/// One path that is in either tree. The root's path is "".
struct PathPair {
  std::string_view path;
  std::optional<NodeId> before, after;
  Field differs = Field::none;  ///< only where both are there
};

/// Which inode a node of `before` belongs to; other than its own when it became a hard link.
using InodeOf = std::function<std::uint32_t(const Node&)>;

/// Calls `visit` for every path of either tree: those of `before` in walk order, then those that only `after` has.
/// Both models must have been scanned with content hashes. Linear in paths; two numbers per inode of memory.
void compare_trees(
    const ImageModel& before, const ImageModel& after, const std::function<void(const PathPair&)>& visit,
    const InodeOf& inode_of = [](const Node& node) { return node.inode; });

/// One line of facts about one path: type, mode, owner, time, size, SHA-256, target, device, extended attributes.
/// Source: docs/certificate.md, where the format is fixed.
std::string facts_of(const ImageModel& model, NodeId node);

/// The pair as a certificate lists it, pass and reason still to be said.
TreeChange change_between(const ImageModel& before, const ImageModel& after, const PathPair& pair);

/// SHA-256 over all paths in walk order, their facts and their hard links: docs/certificate.md says how to compute it.
Sha256 tree_hash(const ImageModel& model);

}  // namespace ocitidy
