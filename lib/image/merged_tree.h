// merged_tree.h - lays the layers over each other: what a process sees, who put it there, and who hid the rest. Once
// that is done, visible_tree.h takes it over.
//
// Semantics: image-spec layer.md, and where that is silent what umoci 0.4.7 does (docs/decisions/0002).
//   * whiteouts and opaque marks act on lower layers only, wherever they stand in their layer;
//   * a directory over a directory keeps the children; anything else replaces, subtree and all;
//   * members below a symlinked directory land where the link points, inside the root;
//   * a hard link binds to the inode that its target names at that point of the stream, and never changes its metadata;
//   * a directory that nothing makes is implied: 0755, root:root.
// Linear in entries: every name is removed at most once, every directory swept at most once a layer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/layer_index.h"
#include "image/name_table.h"
#include "image/tree_walk.h"

namespace ocitidy {

class MergedTree {
 public:
  /// Applies `layers` in order. Sets the oddities of their entries that only the merge can know. The layers must
  /// outlive the tree, unmoved.
  MergedTree(std::vector<LayerIndex>& layers, std::uint32_t symlink_steps);
  MergedTree(const MergedTree&) = delete;
  MergedTree& operator=(const MergedTree&) = delete;

  static constexpr std::uint32_t kRoot = 0;
  static constexpr std::uint32_t kNone = NameTable::kNone;

  struct Name {
    std::string_view name;
    std::uint32_t parent = kNone, first_child = kNone, next = kNone, previous = kNone;  // siblings
    EntryId by = {};              // the entry that put it here; of no account for implied directories
    std::uint32_t inode = kNone;  // kNone: no longer (or not yet) there
    std::uint32_t layer = 0;      // the layer that put it here, or declared the directory anew
    std::uint32_t fresh = 0;      // the layer it came to be in: nothing below it is older
    std::uint32_t touched = 0;    // 1 + the last layer that put something here or below
    std::uint32_t swept = 0;      // 1 + the last layer that cleared what was below
  };
  struct Inode {
    EntryId made_by;
    std::uint32_t links = 0;
    bool implied = false;
    bool is_directory = false;
  };

  // For TreeWalk: of those that are there.
  std::optional<std::uint32_t> child(std::uint32_t parent, std::string_view name) const;
  std::uint32_t parent_of(std::uint32_t id) const { return names_[id].parent; }
  std::optional<std::string_view> symlink_target(std::uint32_t id) const;

 private:
  friend class VisibleTree;
  static constexpr EntryId kNobody{UINT32_MAX, UINT32_MAX};
  struct Located;

  void apply(EntryId id, Entry& entry);
  void apply_hidden(EntryId id, Entry& entry);
  void apply_hard_link(EntryId id, Entry& entry, std::uint32_t parent, std::string_view name);
  void put(EntryId id, Entry& entry, std::uint32_t parent, std::string_view name);
  bool sweep(std::uint32_t directory, EntryId by);
  bool sweep_one(std::uint32_t child, EntryId by, std::vector<std::uint32_t>& pending);
  void remove(std::uint32_t top, EntryId by);
  void detach(std::uint32_t id, EntryId by);
  std::uint32_t attach(std::uint32_t parent, std::string_view name, std::uint32_t inode, EntryId by);
  std::uint32_t imply_directory(std::uint32_t parent, std::string_view name, EntryId by);
  void touch(std::uint32_t id);
  void hide(EntryId what, EntryId by);
  std::uint32_t find_name(std::uint32_t parent, std::string_view name) const;
  std::optional<std::uint32_t> parent_for(EntryId id, Entry& entry, std::string_view directory);
  Located locate(std::string_view directory) const;
  const Inode& inode_of(std::uint32_t id) const { return inodes_[names_[id].inode]; }
  const Entry& entry(EntryId id) const { return layers_[id.layer].entries[id.index]; }

  std::vector<LayerIndex>& layers_;
  std::uint32_t symlink_steps_;
  std::vector<Name> names_;
  std::vector<Inode> inodes_;
  NameTable table_;
  std::vector<std::vector<EntryId>> hidden_by_;
  std::size_t visible_ = 1;
  std::uint32_t layer_ = 0;
  // The parent of the last member, since members of one directory follow each other. Void when a directory or symlink
  // goes.
  std::string_view last_directory_;
  std::uint32_t last_parent_ = kRoot;
};

}  // namespace ocitidy
