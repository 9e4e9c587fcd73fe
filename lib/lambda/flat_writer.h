// flat_writer.h - writes the file system that flat_image.h describes, member by member, without its bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lambda/flat_image.h"

namespace ocitidy::lambda {

class FlatWriter {
 public:
  FlatWriter(const ImageModel& image, const FlatOptions& options, FlatImage& flat);
  /// Once.
  void run();

 private:
  static constexpr std::uint32_t kNone = FlatImage::kNone;
  static constexpr std::uint32_t kRootInode = 1;  // number 2: numbers count from 1, places in the table from 0

  /// One block of a directory: a sum over its names, so that names may go.
  struct NameBlock {
    std::uint64_t block = 0, sum = 0;
    std::uint32_t used_bytes = 0;
  };
  struct Directory {
    std::vector<NameBlock> blocks;
    std::uint32_t subdirectories = 0;
  };
  /// Where a name stands.
  struct Slot {
    std::uint32_t directory = kNone;  // inode; kNone: nowhere
    std::uint32_t block = 0;          // of the directory
    std::uint64_t weight = 0;         // in that block's sum
    std::uint32_t bytes = 0;
  };
  /// Something that a later entry replaces or removes.
  struct Doomed {
    EntryId entry;
    std::uint32_t inode = kNone;
    Slot slot;
    std::vector<Extent> extents;
    std::uint32_t next = kNone;  // that the same entry takes away
  };

  std::uint32_t ordinal(EntryId id) const { return layer_starts_[id.layer] + id.index; }
  void find_origins();
  void place_nodes();
  void write_entries();
  void write(std::uint32_t node);
  void write_one(std::uint32_t node);
  void write_unnamed(std::uint32_t node);
  void fill(std::uint32_t inode, const Node& node);
  std::optional<EntryId> taken_away_by(EntryId id) const;
  void write_doomed(EntryId id, const Entry& entry);
  std::optional<std::uint32_t> directory_at(std::string_view path);
  void remove(EntryId by);
  void remove_one(const Doomed& doomed, const Entry& by);
  std::uint32_t new_inode(std::uint32_t node);
  std::vector<Extent> store(EntryId id, const Entry& entry);
  void new_directory(std::uint32_t inode);
  Slot add_name(std::uint32_t directory, std::string_view name, std::uint32_t inode, EntryType type);
  std::uint32_t block_with_room(Directory& directory, std::uint32_t bytes);
  std::uint64_t hash_of_inode(std::uint32_t inode) const;
  std::uint64_t hash_of_xattrs(EntryId id) const;
  void finish();
  void finish_directories();
  void finish_inodes();

  const ImageModel& image_;
  FlatImage& flat_;
  FlatBlocks blocks_;
  std::vector<std::uint32_t> layer_starts_;  // the number of each layer's first entry, over all layers
  std::vector<std::uint32_t> origin_;        // by entry: of directories declared anew, what made them first
  std::vector<std::uint32_t> node_at_;       // by entry: the visible node it made
  std::unordered_map<std::uint32_t, std::uint32_t> linked_at_;  // by entry: a visible node that a link to it made
  std::vector<Doomed> doomed_;
  std::vector<std::uint32_t> first_doomed_by_;                // by entry: into doomed_
  std::map<std::string_view, std::uint32_t> doomed_folders_;  // those that are there now: their inodes
  Slot vacated_;                                              // by what the current entry replaces
  std::unordered_map<std::uint32_t, std::uint32_t> linked_;   // by the tree's inode: the one made for its first name
  std::unordered_map<std::uint32_t, Directory> directories_;  // by inode
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free_inodes_;  // the lowest first
  std::unordered_map<std::uint32_t, std::uint64_t> deleted_;  // what is left of inodes that are free
};

}  // namespace ocitidy::lambda
