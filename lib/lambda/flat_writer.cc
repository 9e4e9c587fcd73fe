// flat_writer.cc - see flat_writer.h.
#include "lambda/flat_writer.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ocitidy::lambda {
namespace {

constexpr std::size_t kMostNameBytes = 255;  // EXT4_NAME_LEN

std::uint32_t raw(NodeId id) { return static_cast<std::uint32_t>(id); }

/// Rounded up, without overflow.
std::uint64_t units_of(std::uint64_t count, std::uint64_t unit) { return count / unit + (count % unit == 0 ? 0 : 1); }

std::uint64_t hash_of(std::string_view text) { return hash_of_block(std::as_bytes(std::span(text))); }
std::uint64_t hash_of(std::span<const std::uint64_t> words) { return hash_of_block(std::as_bytes(words)); }

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

FlatBlocks::HashesOf hashes_of(const ImageModel& image, const FlatOptions& options) {
  if (options.block_hashes) return options.block_hashes;
  return [&image](EntryId id) { return image.block_hashes(id); };
}

}  // namespace

FlatWriter::FlatWriter(const ImageModel& image, const FlatOptions& options, FlatImage& flat)
    : image_(image), flat_(flat), blocks_(hashes_of(image, options), kHeaderBlocks) {}

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
  first_doomed_by_.assign(count, kNone);
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
    const auto made_by = image_.node(id).made_by;
    if (made_by && *made_by != *by) linked_at_.emplace(ordinal(*made_by), raw(id));
  });
  flat_.inode_of_.assign(flat_.parents_.size(), kNone);
  flat_.inodes_.resize(kReservedInodes);
}

void FlatWriter::write_entries() {
  EntryId id;
  for (id.layer = 0; id.layer < image_.layers().size(); ++id.layer) {
    id.index = 0;
    for (const Entry& entry : image_.layers()[id.layer].entries) {
      remove(id);
      const std::uint32_t node = node_at_[ordinal(id)];
      const auto linked = node == kNone ? linked_at_.find(ordinal(id)) : linked_at_.end();
      if (node != kNone) {
        write(node);
      } else if (linked != linked_at_.end()) {
        write_unnamed(linked->second);
      } else {
        write_doomed(id, entry);
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
  const bool is_linked = node.type != EntryType::directory && (node.link_count > 1 || node.made_by != node.named_by);
  const auto known = is_linked ? linked_.find(node.inode) : linked_.end();
  const bool is_new = known == linked_.end();
  const std::uint32_t inode = is_new ? new_inode(id) : known->second;
  flat_.inode_of_[id] = inode;
  if (is_linked && is_new) linked_.emplace(node.inode, inode);
  if (node.type == EntryType::directory) new_directory(inode);
  if (id != raw(NodeId::root)) {
    add_name(flat_.inode_of_[flat_.parents_[id]], image_.name(NodeId{id}), inode, node.type);
  }
  if (is_new) fill(inode, node);
}

/// A file whose first name is gone while another stays: it lies where the first one put it. The room of that name is
/// not modelled: nothing tells when it went.
void FlatWriter::write_unnamed(std::uint32_t id) {
  const Node node = image_.node(NodeId{id});
  const auto [known, is_new] = linked_.try_emplace(node.inode, kNone);
  if (!is_new) return;
  known->second = new_inode(id);
  fill(known->second, node);
}

/// Stores what a new inode is about.
void FlatWriter::fill(std::uint32_t inode, const Node& node) {
  if (!node.made_by) return;
  const auto extents = store(*node.made_by, image_.entry(*node.made_by));
  if (extents.empty()) return;
  flat_.inodes_[inode].extent = extents.front();
  for (std::size_t i = 1; i < extents.size(); ++i) flat_.more_.push_back({inode, extents[i]});
}

/// The directory that is at `path` now: one that will be taken away, or a visible one, which is made if need be.
std::optional<std::uint32_t> FlatWriter::directory_at(std::string_view path) {
  if (const auto doomed = doomed_folders_.find(path); doomed != doomed_folders_.end()) return doomed->second;
  const auto node = image_.resolve(path);
  if (!node || image_.node(*node).type != EntryType::directory) return std::nullopt;
  write(raw(*node));
  return flat_.inode_of_[raw(*node)];
}

/// The entry that takes away what `id` made; none for what was never there, is still there, or was there already.
std::optional<EntryId> FlatWriter::taken_away_by(EntryId id) const {
  auto by = image_.hidden_by(id);
  if (!by || *by == id) return std::nullopt;
  if (image_.entry(id).type != EntryType::directory) return by;
  if (origin_[ordinal(id)] != kNone || image_.entry(id).path.empty()) return std::nullopt;
  while (by && image_.entry(*by).type == EntryType::directory) by = image_.hidden_by(*by);  // declared anew
  return by;
}

/// An entry that no node is left of, if it was ever there at all.
void FlatWriter::write_doomed(EntryId id, const Entry& entry) {
  const auto by = taken_away_by(id);
  if (!by) return;
  Doomed doomed{.entry = id, .inode = kNone, .slot = {}, .extents = {}};
  const auto parent = directory_at(parent_path(entry.path));
  doomed.inode = new_inode(kNone);
  if (entry.type == EntryType::directory) {
    new_directory(doomed.inode);
    doomed_folders_[entry.path] = doomed.inode;
  }
  if (parent) doomed.slot = add_name(*parent, last_part(entry.path), doomed.inode, entry.type);
  doomed.extents = store(id, entry);
  doomed.next = first_doomed_by_[ordinal(*by)];
  first_doomed_by_[ordinal(*by)] = static_cast<std::uint32_t>(doomed_.size());
  doomed_.push_back(std::move(doomed));
}

/// Takes away what `by` replaces or removes: what was made last, first.
void FlatWriter::remove(EntryId by) {
  vacated_ = {};
  for (std::uint32_t i = first_doomed_by_[ordinal(by)]; i != kNone; i = doomed_[i].next) {
    remove_one(doomed_[i], image_.entry(by));
  }
}

void FlatWriter::remove_one(const Doomed& doomed, const Entry& by) {
  const Entry& entry = image_.entry(doomed.entry);
  const bool is_directory = entry.type == EntryType::directory;
  // Where symbolic links were replaced meanwhile, the directory may be another one by now.
  const auto parent = directories_.find(doomed.slot.directory);
  if (parent != directories_.end() && doomed.slot.block < parent->second.blocks.size()) {
    parent->second.blocks[doomed.slot.block].sum -= doomed.slot.weight;
    if (is_directory) --parent->second.subdirectories;
    if (by.path == entry.path) vacated_ = doomed.slot;
  }
  if (is_directory) {
    for (const NameBlock& names : directories_[doomed.inode].blocks) {
      blocks_.put(names.block, names.sum);
      blocks_.release(names.block, names.sum);
    }
    directories_.erase(doomed.inode);
    doomed_folders_.erase(entry.path);
  } else if (entry.type == EntryType::file) {
    blocks_.release_file(doomed.entry, doomed.extents);
  } else if (!doomed.extents.empty()) {
    blocks_.release(doomed.extents.front().first_block, hash_of(entry.link_target));
  }
  free_inodes_.push(doomed.inode);
  deleted_[doomed.inode] = hash_of(std::array<std::uint64_t, 4>{
      std::uint64_t{entry.mode} << 32 | std::uint64_t(entry.type), std::uint64_t{entry.uid} << 32 | entry.gid,
      static_cast<std::uint64_t>(entry.mtime_s), entry.mtime_ns});
}

std::uint32_t FlatWriter::new_inode(std::uint32_t node) {
  std::uint32_t inode = kRootInode;
  const bool is_root = node == raw(NodeId::root);
  if (!is_root && free_inodes_.empty()) {
    inode = static_cast<std::uint32_t>(flat_.inodes_.size());
    flat_.inodes_.emplace_back();
  } else if (!is_root) {
    inode = free_inodes_.top();
    free_inodes_.pop();
    deleted_.erase(inode);
  }
  flat_.inodes_[inode].node = node;
  return inode;
}

std::vector<Extent> FlatWriter::store(EntryId id, const Entry& entry) {
  if (entry.type == EntryType::file) {
    auto extents = blocks_.take(units_of(entry.size_bytes, kHashedBlockBytes));
    blocks_.put_file(id, extents);
    return extents;
  }
  if (entry.type != EntryType::symlink || entry.link_target.size() < kInodeSymlinkBytes) return {};
  auto extents = blocks_.take(1);
  blocks_.put(extents.front().first_block, hash_of(entry.link_target));
  return extents;
}

void FlatWriter::new_directory(std::uint32_t inode) {
  const std::uint64_t block = blocks_.take(1).front().first_block;
  directories_[inode].blocks.push_back({block, weighed(1, inode), kDirectoryHeadBytes});
}

FlatWriter::Slot FlatWriter::add_name(std::uint32_t directory, std::string_view name, std::uint32_t inode,
                                      EntryType type) {
  const auto length = static_cast<std::uint32_t>(std::min(name.size(), kMostNameBytes));
  Slot slot{.directory = directory, .bytes = (kNameHeadBytes + length + 3) / 4 * 4};
  slot.weight = weighed(hash_of(name), std::uint64_t{inode} << 8 | static_cast<std::uint64_t>(type));
  Directory& names = directories_[directory];
  const bool takes_over =
      vacated_.directory == directory && vacated_.bytes == slot.bytes && vacated_.block < names.blocks.size();
  slot.block = takes_over ? vacated_.block : block_with_room(names, slot.bytes);
  vacated_ = {};
  names.blocks[slot.block].sum += slot.weight;
  if (type == EntryType::directory) ++names.subdirectories;
  return slot;
}

std::uint32_t FlatWriter::block_with_room(Directory& directory, std::uint32_t bytes) {
  if (directory.blocks.back().used_bytes + bytes > kHashedBlockBytes) {
    directory.blocks.push_back({blocks_.take(1).front().first_block, 0, 0});
  }
  directory.blocks.back().used_bytes += bytes;
  return static_cast<std::uint32_t>(directory.blocks.size() - 1);
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
  const std::uint64_t links = directory == directories_.end() ? node.link_count : 2 + directory->second.subdirectories;
  const bool is_fast_link = node.type == EntryType::symlink && stored.extent.block_count == 0;
  std::uint64_t places = 0;
  for (const Extent& extent : flat_.extents(NodeId{stored.node})) {
    places = hash_of(std::array<std::uint64_t, 3>{places, extent.first_block + 1, extent.block_count});
  }
  return hash_of(std::array<std::uint64_t, 10>{
      std::uint64_t{node.mode} << 32 | std::uint64_t(node.type), std::uint64_t{node.uid} << 32 | node.gid,
      node.size_bytes, static_cast<std::uint64_t>(node.mtime_s), node.mtime_ns, links,
      std::uint64_t{node.device_major} << 32 | node.device_minor, places, is_fast_link ? hash_of(node.link_target) : 0,
      node.made_by ? hash_of_xattrs(*node.made_by) : 0});
}

void FlatWriter::finish() {
  finish_directories();
  std::ranges::stable_sort(flat_.more_, {}, &FlatImage::MoreExtents::inode);
  flat_.has_content_ = blocks_.has_content();
  flat_.metadata_chunks_ = units_of(kHeaderBlocks * kInodesPerBlock + flat_.inodes_.size(), kInodesPerChunk);
  flat_.data_chunks_ = units_of(kHeaderBlocks + blocks_.end(), kBlocksPerChunk);
  if (!flat_.has_content_) return;
  flat_.hashes_.reserve(flat_.chunk_end());
  finish_inodes();
  for (std::size_t i = 0; i < flat_.data_chunks_; ++i) flat_.hashes_.push_back(blocks_.sum(i));
}

void FlatWriter::finish_directories() {
  for (const auto& [inode, directory] : directories_) {
    flat_.inodes_[inode].extent = {directory.blocks.front().block, 1};
    for (std::size_t i = 0; i < directory.blocks.size(); ++i) {
      blocks_.put(directory.blocks[i].block, directory.blocks[i].sum);
      if (i > 0) flat_.more_.push_back({inode, {directory.blocks[i].block, 1}});
    }
  }
}

void FlatWriter::finish_inodes() {
  ChunkSums sums(kInodesPerChunk, kHeaderBlocks * kInodesPerBlock);
  for (std::uint32_t i = 0; i < flat_.inodes_.size(); ++i) {
    if (flat_.inodes_[i].node != kNone) sums.add(i, hash_of_inode(i));
  }
  for (const auto& [inode, hash] : deleted_) sums.add(inode, hash);
  const std::uint64_t header = hash_of(std::array<std::uint64_t, 5>{
      blocks_.end(), blocks_.free_count(), flat_.inodes_.size(), free_inodes_.size(), directories_.size()});
  for (std::size_t i = 0; i < flat_.metadata_chunks_; ++i) flat_.hashes_.push_back(sums.at(i) + (i == 0 ? header : 0));
}

}  // namespace ocitidy::lambda
