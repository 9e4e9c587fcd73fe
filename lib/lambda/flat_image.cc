// flat_image.cc - see flat_image.h.
#include "lambda/flat_image.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace ocitidy::lambda {
namespace {

std::uint32_t raw(NodeId id) { return static_cast<std::uint32_t>(id); }

constexpr std::size_t kMostNameBytes = 255;  // EXT4_NAME_LEN

/// Rounded up, without overflow.
std::uint64_t units_of(std::uint64_t count, std::uint64_t unit) { return count / unit + (count % unit == 0 ? 0 : 1); }

/// What a hash at a position adds to the sum that stands for a chunk. A sum, so that blocks can come in any order and
/// none need be kept. Source: the finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
std::uint64_t share(std::uint64_t hash, std::uint64_t position) {
  if (hash == 0) return 0;
  std::uint64_t z = hash + (position + 1) * 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

std::uint64_t hash_of(std::string_view text) { return hash_of_block(std::as_bytes(std::span(text))); }
std::uint64_t hash_of(std::span<const std::uint64_t> words) { return hash_of_block(std::as_bytes(words)); }

/// Sums of hashes, one for each chunk.
class Sums {
 public:
  explicit Sums(std::uint64_t units_a_chunk) : units_(units_a_chunk) {}
  void add(std::uint64_t unit, std::uint64_t hash) {
    const std::uint64_t chunk = unit / units_;
    if (chunk >= sums_.size()) sums_.resize(chunk + 1);
    sums_[chunk] += share(hash, unit % units_);
  }
  std::uint64_t at(std::uint64_t chunk) const { return chunk < sums_.size() ? sums_[chunk] : 0; }

 private:
  std::uint64_t units_;
  std::vector<std::uint64_t> sums_;
};

}  // namespace

void ChunkSet::add(std::size_t chunk) {
  if (has_[chunk]) return;
  has_[chunk] = true;
  ++count_;
}

std::size_t ChunkSet::count_shared(const ChunkSet& other) const {
  std::size_t shared = 0;
  for (std::size_t i = 0; i < has_.size(); ++i) shared += has_[i] && other.has_[i] ? 1 : 0;
  return shared;
}

/// Writes the file system, entry by entry.
class FlatWriter {
 public:
  FlatWriter(const ImageModel& image, const FlatOptions& options, FlatImage& flat)
      : image_(image), options_(options), flat_(flat) {}
  void run();

 private:
  static constexpr std::uint32_t kNone = FlatImage::kNone;
  static constexpr std::uint32_t kRootInode = 1;  // number 2: numbers count from 1, positions in the table from 0

  struct Directory {
    std::uint64_t block = 0, hash = 0;  // of the block that takes names now
    std::uint32_t used_bytes = kDirectoryHeadBytes;
    std::uint32_t subdirectories = 0;
  };

  std::uint32_t ordinal(EntryId id) const { return layer_starts_[id.layer] + id.index; }
  void find_origins();
  void place_nodes();
  void write_entries();
  void write(std::uint32_t node);
  void write_one(std::uint32_t node);
  void write_hidden(EntryId id, const Entry& entry);
  enum class Slot : std::uint8_t { fresh, taken_over };
  void add_name(std::uint32_t directory_inode, std::string_view name, std::uint32_t inode, EntryType type, Slot slot);
  void take_room(std::uint32_t directory_inode, std::string_view name);
  std::uint32_t new_inode(std::uint32_t node);
  void new_directory(std::uint32_t inode);
  void store_file(std::uint32_t inode, EntryId id, std::uint64_t size_bytes);
  void store_symlink(std::uint32_t inode, std::string_view target);
  FlatImage::Extent take_blocks(std::uint64_t count);
  void put(std::uint64_t block, std::uint64_t hash);
  std::uint64_t hash_of_inode(std::uint32_t inode) const;
  std::uint64_t hash_of_xattrs(EntryId id) const;
  void finish();

  const ImageModel& image_;
  const FlatOptions& options_;
  FlatImage& flat_;
  std::vector<std::uint32_t> layer_starts_;  // the number of each layer's first entry, over all layers
  std::vector<std::uint32_t> origin_;        // by entry: of directories declared anew, what made them first
  std::vector<std::uint32_t> node_at_;       // by entry: the visible node it made
  std::vector<bool> takes_over_;             // by entry: its name stands where a hidden one stood
  std::unordered_map<std::uint32_t, std::uint32_t> linked_;   // by the tree's inode: the one made for its first name
  std::unordered_map<std::uint32_t, Directory> directories_;  // by inode
  std::uint64_t blocks_ = 0;
  Sums data_{kBlocksPerChunk};
};

FlatImage::FlatImage(const ImageModel& image, const FlatOptions& options) { FlatWriter(image, options, *this).run(); }

void FlatWriter::run() {
  find_origins();
  place_nodes();
  write(raw(NodeId::root));
  write_entries();
  // Implied directories in which nothing is left.
  for (std::uint32_t node = 0; node < flat_.parents_.size(); ++node) {
    if (flat_.parents_[node] != kNone) write(node);
  }
  finish();
}

/// A directory over a directory keeps what is in it, so it is the same one: the first entry is the one that made it.
void FlatWriter::find_origins() {
  std::uint32_t count = 0;
  for (const Layer& layer : image_.layers()) {
    layer_starts_.push_back(count);
    count += static_cast<std::uint32_t>(layer.entries.size());
  }
  origin_.assign(count, kNone);
  node_at_.assign(count, kNone);
  takes_over_.assign(count, false);
  EntryId id;
  for (id.layer = 0; id.layer < image_.layers().size(); ++id.layer) {
    id.index = 0;
    for (const Entry& entry : image_.layers()[id.layer].entries) {
      const auto by = entry.type == EntryType::directory ? image_.hidden_by(id) : std::nullopt;
      if (by && *by != id && image_.entry(*by).type == EntryType::directory) {
        const std::uint32_t first = origin_[ordinal(id)];
        origin_[ordinal(*by)] = first == kNone ? ordinal(id) : first;
      }
      ++id.index;
    }
  }
}

void FlatWriter::place_nodes() {
  flat_.parents_.assign(image_.node_count(), kNone);
  flat_.parents_[raw(NodeId::root)] = raw(NodeId::root);
  image_.walk([&](NodeId id, std::string_view) {
    if (raw(id) >= flat_.parents_.size()) flat_.parents_.resize(std::size_t{raw(id)} + 1, kNone);
    flat_.parents_[raw(id)] = raw(*image_.parent(id));
    const auto by = image_.node(id).named_by;
    if (!by) return;
    const std::uint32_t first = origin_[ordinal(*by)];
    node_at_[first == kNone ? ordinal(*by) : first] = raw(id);
  });
  origin_ = {};
  flat_.inode_of_.assign(flat_.parents_.size(), kNone);
  flat_.inodes_.resize(kReservedInodes);
}

void FlatWriter::write_entries() {
  EntryId id;
  for (id.layer = 0; id.layer < image_.layers().size(); ++id.layer) {
    id.index = 0;
    for (const Entry& entry : image_.layers()[id.layer].entries) {
      const std::uint32_t node = node_at_[ordinal(id)];
      if (node != kNone) {
        write(node);
      } else if (options_.hidden == FlatOptions::Hidden::keeps_its_place) {
        write_hidden(id, entry);
      }
      ++id.index;
    }
  }
}

/// Makes a node, and before it the directories above that are not there yet.
void FlatWriter::write(std::uint32_t node) {
  std::vector<std::uint32_t> missing;
  for (std::uint32_t at = node; flat_.inode_of_[at] == kNone; at = flat_.parents_[at]) {
    missing.push_back(at);
    if (at == raw(NodeId::root)) break;
  }
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) write_one(*at);
}

void FlatWriter::write_one(std::uint32_t id) {
  const Node node = image_.node(NodeId{id});
  const bool is_linked = node.link_count > 1 && node.type != EntryType::directory;
  const auto known = is_linked ? linked_.find(node.inode) : linked_.end();
  const bool is_new = known == linked_.end();
  const std::uint32_t inode = is_new ? new_inode(id) : known->second;
  flat_.inode_of_[id] = inode;
  if (is_linked && is_new) linked_.emplace(node.inode, inode);
  if (is_new && node.type == EntryType::directory) new_directory(inode);
  if (id != raw(NodeId::root)) {
    const bool is_taken_over = node.named_by && takes_over_[ordinal(*node.named_by)];
    add_name(flat_.inode_of_[flat_.parents_[id]], image_.name(NodeId{id}), inode, node.type,
             is_taken_over ? Slot::taken_over : Slot::fresh);
  }
  if (is_new && node.type == EntryType::file) store_file(inode, *node.made_by, node.size_bytes);
  if (is_new && node.type == EntryType::symlink) store_symlink(inode, node.link_target);
}

/// What a later entry, of this layer or another, replaced or removed: its room stays taken, its bytes stay.
void FlatWriter::write_hidden(EntryId id, const Entry& entry) {
  const auto by = image_.hidden_by(id);
  if (!by || *by == id) return;
  const bool is_directory = entry.type == EntryType::directory;
  if (is_directory && image_.entry(*by).type == EntryType::directory) return;  // the same one: see find_origins()
  const std::size_t slash = entry.path.rfind('/');
  const std::string_view above = slash == std::string_view::npos ? "" : entry.path.substr(0, slash);
  const auto parent = image_.resolve(above);
  if (parent && image_.node(*parent).type == EntryType::directory) {
    write(raw(*parent));
    take_room(flat_.inode_of_[raw(*parent)],
              slash == std::string_view::npos ? entry.path : entry.path.substr(slash + 1));
    if (image_.entry(*by).path == entry.path) takes_over_[ordinal(*by)] = true;
  }
  const std::uint32_t inode = new_inode(kNone);
  if (is_directory) take_blocks(1);
  if (entry.type == EntryType::file) store_file(inode, id, entry.size_bytes);
  if (entry.type == EntryType::symlink) store_symlink(inode, entry.link_target);
}

std::uint32_t FlatWriter::new_inode(std::uint32_t node) {
  if (node == raw(NodeId::root)) {
    flat_.inodes_[kRootInode].node = node;
    return kRootInode;
  }
  flat_.inodes_.push_back({.extent = {}, .node = node});
  return static_cast<std::uint32_t>(flat_.inodes_.size() - 1);
}

void FlatWriter::new_directory(std::uint32_t inode) {
  flat_.inodes_[inode].extent = take_blocks(1);
  directories_[inode] = {.block = flat_.inodes_[inode].extent.first_block, .hash = share(inode, 0)};
}

/// Makes room for one more name, in another block if need be.
void FlatWriter::take_room(std::uint32_t directory_inode, std::string_view name) {
  const auto length = static_cast<std::uint32_t>(std::min(name.size(), kMostNameBytes));
  const std::uint32_t bytes = (kNameHeadBytes + length + 3) / 4 * 4;
  Directory& directory = directories_[directory_inode];
  directory.used_bytes += bytes;
  if (directory.used_bytes <= kHashedBlockBytes - kDirectoryTailBytes) return;
  put(directory.block, directory.hash);
  directory.block = take_blocks(1).first_block;
  directory.hash = 0;
  directory.used_bytes = bytes;
  flat_.more_directory_blocks_.push_back({directory_inode, directory.block});
}

void FlatWriter::add_name(std::uint32_t directory_inode, std::string_view name, std::uint32_t inode, EntryType type,
                          Slot slot) {
  if (slot == Slot::fresh) take_room(directory_inode, name);
  Directory& directory = directories_[directory_inode];
  const std::array<std::uint64_t, 4> words{directory.hash, hash_of(name), inode, static_cast<std::uint64_t>(type)};
  directory.hash = hash_of(words);
  if (type == EntryType::directory) ++directory.subdirectories;
}

void FlatWriter::store_file(std::uint32_t inode, EntryId id, std::uint64_t size_bytes) {
  const FlatImage::Extent extent = take_blocks(units_of(size_bytes, kHashedBlockBytes));
  flat_.inodes_[inode].extent = extent;
  const auto hashes = options_.block_hashes ? options_.block_hashes(id) : image_.block_hashes(id);
  if (hashes.size() != extent.block_count) flat_.has_content_ = false;
  if (!flat_.has_content_) return;
  for (std::uint64_t i = 0; i < hashes.size(); ++i) put(extent.first_block + i, hashes[i]);
}

void FlatWriter::store_symlink(std::uint32_t inode, std::string_view target) {
  if (target.size() < kInodeSymlinkBytes) return;
  flat_.inodes_[inode].extent = take_blocks(1);
  put(flat_.inodes_[inode].extent.first_block, hash_of(target));
}

FlatImage::Extent FlatWriter::take_blocks(std::uint64_t count) {
  const FlatImage::Extent extent{.first_block = count == 0 ? 0 : blocks_, .block_count = count};
  blocks_ += count;
  return extent;
}

/// Without content there are no sums: sizes that nobody has seen the bytes of must not make them large.
void FlatWriter::put(std::uint64_t block, std::uint64_t hash) {
  if (flat_.has_content_) data_.add(block, hash);
}

std::uint64_t FlatWriter::hash_of_xattrs(EntryId id) const {
  std::uint64_t hash = 0;
  for (const Xattr& xattr : image_.xattrs(id)) {
    hash = hash_of(std::array<std::uint64_t, 3>{hash, hash_of(xattr.name), hash_of(xattr.value)});
  }
  return hash;
}

std::uint64_t FlatWriter::hash_of_inode(std::uint32_t inode) const {
  const FlatImage::Inode& stored = flat_.inodes_[inode];
  const Node node = image_.node(NodeId{stored.node});
  const auto directory = directories_.find(inode);
  const std::uint32_t links = directory == directories_.end() ? node.link_count : 2 + directory->second.subdirectories;
  const bool is_fast_link = node.type == EntryType::symlink && stored.extent.block_count == 0;
  return hash_of(std::array<std::uint64_t, 11>{
      std::uint64_t{node.mode} << 32 | std::uint64_t(node.type), std::uint64_t{node.uid} << 32 | node.gid,
      node.size_bytes, static_cast<std::uint64_t>(node.mtime_s), std::uint64_t{node.mtime_ns} << 32 | links,
      std::uint64_t{node.device_major} << 32 | node.device_minor, stored.extent.first_block, stored.extent.block_count,
      is_fast_link ? hash_of(node.link_target) : 0, node.made_by ? hash_of_xattrs(*node.made_by) : 0, inode});
}

void FlatWriter::finish() {
  flat_.data_chunks_ = units_of(blocks_, kBlocksPerChunk);
  flat_.metadata_chunks_ = 1 + units_of(flat_.inodes_.size(), kInodesPerChunk);
  std::ranges::stable_sort(flat_.more_directory_blocks_, {}, &FlatImage::DirectoryBlock::inode);
  if (!flat_.has_content_) return;
  for (const auto& [inode, directory] : directories_) put(directory.block, directory.hash);
  Sums inodes(kInodesPerChunk);
  for (std::uint32_t i = 0; i < flat_.inodes_.size(); ++i) {
    if (flat_.inodes_[i].node != kNone) inodes.add(i, hash_of_inode(i));
  }
  flat_.hashes_.reserve(flat_.chunk_end());
  flat_.hashes_.push_back(hash_of(std::array<std::uint64_t, 3>{blocks_, flat_.inodes_.size(), directories_.size()}));
  for (std::size_t i = 1; i < flat_.metadata_chunks_; ++i) flat_.hashes_.push_back(inodes.at(i - 1));
  for (std::size_t i = 0; i < flat_.data_chunks_; ++i) flat_.hashes_.push_back(data_.at(i));
}

std::size_t FlatImage::count(std::size_t first, std::size_t end) const {
  if (!has_content_) return end - first;
  const auto part = chunks().subspan(first, end - first);
  return part.size() - static_cast<std::size_t>(std::ranges::count(part, std::uint64_t{0}));
}

FlatImage::Extent FlatImage::extent(NodeId node) const { return inodes_[inode_of_[raw(node)]].extent; }

FlatImage::Chunks FlatImage::data_chunks(NodeId node) const { return chunks_of(extent(node)); }

FlatImage::Chunks FlatImage::chunks_of(const Extent& extent) const {
  if (extent.block_count == 0) return {};
  const std::uint64_t first = extent.first_block / kBlocksPerChunk;
  const std::uint64_t last = (extent.first_block + extent.block_count - 1) / kBlocksPerChunk;
  return {.first = metadata_chunks_ + first, .count = last - first + 1};
}

void FlatImage::add_stored(const Chunks& chunks, ChunkSet& set) const {
  for (std::uint64_t i = chunks.first; i < chunks.first + chunks.count; ++i) {
    if (holds_something(i)) set.add(i);
  }
}

ChunkSet FlatImage::touched(std::span<const NodeId> nodes) const {
  ChunkSet set(chunk_end());
  set.add(0);
  std::vector<bool> seen(parents_.size());
  for (const NodeId id : nodes) {
    for (std::uint32_t at = raw(id); !seen[at]; at = parents_[at]) {
      seen[at] = true;
      const std::uint32_t inode = inode_of_[at];
      set.add(1 + inode / kInodesPerChunk);
      add_stored(chunks_of(inodes_[inode].extent), set);
      const auto more = std::ranges::equal_range(more_directory_blocks_, inode, {}, &DirectoryBlock::inode);
      for (const DirectoryBlock& block : more) add_stored(chunks_of({block.block, 1}), set);
    }
  }
  return set;
}

ChunkSet FlatImage::shared_with(std::span<const std::uint64_t> sorted) const {
  ChunkSet set(chunk_end());
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    if (hashes_[i] != 0 && std::ranges::binary_search(sorted, hashes_[i])) set.add(i);
  }
  return set;
}

std::vector<std::uint64_t> FlatImage::contents() const {
  std::vector<std::uint64_t> contents(hashes_);
  std::erase(contents, 0);
  std::ranges::sort(contents);
  const auto repeated = std::ranges::unique(contents);
  contents.erase(repeated.begin(), repeated.end());
  return contents;
}

}  // namespace ocitidy::lambda
