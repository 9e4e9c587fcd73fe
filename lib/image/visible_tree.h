// visible_tree.h - the merged tree once nothing changes any more: the visible names alone, in the order of a walk.
//
// A name's id is its place in the walk: parents before children, children in byte order. So whatever lies below a
// directory stands behind it in one piece, and whoever looks at all names reads memory from front to back.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "image/layer_index.h"
#include "image/merged_tree.h"
#include "image/name_table.h"

namespace ocitidy {

class VisibleTree {
 public:
  /// Takes `merged` apart. The layers that it merged must outlive this, unmoved.
  explicit VisibleTree(MergedTree&& merged);

  static constexpr std::uint32_t kRoot = 0;

  struct Inode {
    EntryId made_by{};  // of no account for implied directories
    std::uint32_t links = 0;
    EntryType type = EntryType::directory;
    bool implied = false;
  };

  std::size_t size() const { return names_.size(); }
  std::string_view name(std::uint32_t id) const { return {names_[id].bytes, names_[id].bytes_count}; }
  std::uint32_t parent_of(std::uint32_t id) const { return names_[id].parent; }
  /// The id behind the last one below `id`.
  std::uint32_t end_of(std::uint32_t id) const { return names_[id].end; }
  std::uint32_t inode_number(std::uint32_t id) const { return names_[id].inode; }
  const Inode& inode_of(std::uint32_t id) const { return inodes_[names_[id].inode]; }
  EntryType type(std::uint32_t id) const { return names_[id].type; }
  /// The entry that put the name here; of no account for implied directories.
  EntryId named_by(std::uint32_t id) const { return names_[id].by; }
  /// The layer that put the name here, or declared the directory anew. The root is always the lowest layer's.
  std::uint32_t layer_of(std::uint32_t id) const { return id == kRoot ? 0 : names_[id].by.layer; }
  /// The entry that hides `id`; see ImageModel::hidden_by.
  std::optional<EntryId> hidden_by(EntryId id) const;

  std::optional<std::uint32_t> child(std::uint32_t parent, std::string_view name) const;
  std::optional<std::string_view> symlink_target(std::uint32_t id) const;
  enum class Last : std::uint8_t { keep, follow };
  /// Looks a path up; symlinks on the way are followed inside the root, one at the end as `last` says.
  std::optional<std::uint32_t> find(std::string_view path, Last last) const;

 private:
  struct Name {  // one for each visible path of the image: see tests/bench before it grows
    const char* bytes = nullptr;
    std::uint32_t bytes_count = 0;
    std::uint32_t parent = kRoot;
    std::uint32_t end = 0;
    std::uint32_t inode = 0;
    EntryId by{};
    std::uint32_t table_key = 0;  // what the table knows this name by when it is asked for children
    EntryType type = EntryType::directory;
  };

  void add_names(const MergedTree& merged, std::vector<std::uint32_t>& new_ids);
  void add_inodes(const MergedTree& merged);

  const std::vector<LayerIndex>& layers_;
  std::uint32_t symlink_steps_;
  std::vector<Name> names_;
  std::vector<Inode> inodes_;
  NameTable table_;
  std::vector<std::vector<EntryId>> hidden_by_;
};

}  // namespace ocitidy
