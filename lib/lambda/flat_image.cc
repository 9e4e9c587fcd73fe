// flat_image.cc - see flat_image.h. What makes it is in flat_writer.cc.
#include "lambda/flat_image.h"

#include <algorithm>

#include "lambda/flat_writer.h"

namespace ocitidy::lambda {

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

FlatImage::FlatImage(const ImageModel& image, const FlatOptions& options) { FlatWriter(image, options, *this).run(); }

std::size_t FlatImage::count(std::size_t first, std::size_t end) const {
  if (!has_content_) return end - first;
  const auto part = chunks().subspan(first, end - first);
  return part.size() - static_cast<std::size_t>(std::ranges::count(part, std::uint64_t{0}));
}

std::span<const FlatImage::MoreExtents> FlatImage::more_of(std::uint32_t inode) const {
  return std::ranges::equal_range(more_, inode, {}, &MoreExtents::inode);
}

Extent FlatImage::extent(NodeId node) const { return inodes_[inode_of_[static_cast<std::uint32_t>(node)]].extent; }

std::vector<Extent> FlatImage::extents(NodeId node) const {
  const std::uint32_t inode = inode_of_[static_cast<std::uint32_t>(node)];
  std::vector<Extent> all;
  if (inodes_[inode].extent.block_count > 0) all.push_back(inodes_[inode].extent);
  for (const MoreExtents& more : more_of(inode)) all.push_back(more.extent);
  return all;
}

FlatImage::Chunks FlatImage::chunks_of(const Extent& extent) const {
  if (extent.block_count == 0) return {};
  const std::uint64_t first = (kHeaderBlocks + extent.first_block) / kBlocksPerChunk;
  const std::uint64_t last = (kHeaderBlocks + extent.first_block + extent.block_count - 1) / kBlocksPerChunk;
  return {.first = metadata_chunks_ + first, .count = last - first + 1};
}

void FlatImage::add_stored(const Chunks& chunks, ChunkSet& set) const {
  for (std::uint64_t i = chunks.first; i < chunks.first + chunks.count; ++i) {
    if (is_stored(i)) set.add(i);
  }
}

void FlatImage::add_inode(std::uint32_t inode, ChunkSet& set) const {
  set.add((kHeaderBlocks * kInodesPerBlock + inode) / kInodesPerChunk);
}

void FlatImage::add_data(std::uint32_t inode, ChunkSet& set) const {
  add_stored(chunks_of(inodes_[inode].extent), set);
  for (const MoreExtents& more : more_of(inode)) add_stored(chunks_of(more.extent), set);
}

ChunkSet FlatImage::touched(std::span<const NodeId> read, std::span<const NodeId> looked_up) const {
  ChunkSet set(chunk_end());
  set.add(0);
  std::vector<bool> seen(parents_.size());
  const auto look_up = [&](std::uint32_t at) {  // the node, and every directory on the way to it
    for (; !seen[at]; at = parents_[at]) {
      seen[at] = true;
      add_inode(inode_of_[at], set);
      if (parents_[at] == at) break;
      add_data(inode_of_[parents_[at]], set);
    }
  };
  for (const NodeId id : looked_up) look_up(static_cast<std::uint32_t>(id));
  for (const NodeId id : read) {
    look_up(static_cast<std::uint32_t>(id));
    add_data(inode_of_[static_cast<std::uint32_t>(id)], set);
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
