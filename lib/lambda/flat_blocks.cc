// flat_blocks.cc - see flat_blocks.h.
#include "lambda/flat_blocks.h"

#include <algorithm>

namespace ocitidy::lambda {
namespace {

constexpr EntryId kNoFile{UINT32_MAX, UINT32_MAX};

}  // namespace

/// Source: the finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA
/// 2014).
std::uint64_t weighed(std::uint64_t hash, std::uint64_t position) {
  if (hash == 0) return 0;
  std::uint64_t z = hash + (position + 1) * 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

void ChunkSums::add(std::uint64_t unit, std::uint64_t hash) {
  if (hash == 0) return;
  const std::uint64_t place = unit + offset_;
  if (place / units_ >= sums_.size()) sums_.resize(place / units_ + 1);
  sums_[place / units_] += weighed(hash, place % units_);
}

void ChunkSums::remove(std::uint64_t unit, std::uint64_t hash) {
  const std::uint64_t place = unit + offset_;
  if (hash != 0) sums_[place / units_] -= weighed(hash, place % units_);
}

std::vector<Extent> FlatBlocks::take(std::uint64_t count) {
  std::vector<Extent> extents;
  const auto append = [&](std::uint64_t first, std::uint64_t blocks) {
    if (!extents.empty() && extents.back().first_block + extents.back().block_count == first) {
      extents.back().block_count += blocks;
    } else {
      extents.push_back({first, blocks});
    }
    count -= blocks;
  };
  while (count > 0 && !free_.empty()) {
    FreeRun run = free_.top();
    free_.pop();
    const std::uint64_t blocks = std::min(count, run.block_count);
    wipe(run, blocks);
    append(run.first_block, blocks);
    free_count_ -= blocks;
    if (blocks == run.block_count) continue;
    run.first_block += blocks;
    run.block_count -= blocks;
    run.offset += blocks;
    free_.push(run);
  }
  if (count == 0) return extents;
  if (end_ >= kMostBlocks || count > kMostBlocks - end_) {
    has_content_ = false;
    count = 1;
  }
  const std::uint64_t first = end_;
  end_ += count;
  append(first, count);
  return extents;
}

void FlatBlocks::wipe(const FreeRun& run, std::uint64_t count) {
  if (!has_content_) return;
  if (run.file == kNoFile) return sums_.remove(run.first_block, run.hash);
  const auto hashes = hashes_of_(run.file);
  for (std::uint64_t i = 0; i < count; ++i) sums_.remove(run.first_block + i, hashes[run.offset + i]);
}

void FlatBlocks::put(std::uint64_t block, std::uint64_t hash) {
  if (has_content_) sums_.add(block, hash);
}

/// Without content there are no sums: sizes that nobody has seen the bytes of must not make them large.
bool FlatBlocks::put_file(EntryId file, std::span<const Extent> extents) {
  if (!has_content_) return false;
  const auto hashes = hashes_of_(file);
  std::uint64_t count = 0;
  for (const Extent& extent : extents) count += extent.block_count;
  if (hashes.size() != count) return has_content_ = false;
  std::size_t at = 0;
  for (const Extent& extent : extents) {
    for (std::uint64_t i = 0; i < extent.block_count; ++i) sums_.add(extent.first_block + i, hashes[at++]);
  }
  return true;
}

void FlatBlocks::release_file(EntryId file, std::span<const Extent> extents) {
  std::uint64_t offset = 0;
  for (const Extent& extent : extents) {
    free_.push({extent.first_block, extent.block_count, file, offset, 0});
    offset += extent.block_count;
    free_count_ += extent.block_count;
  }
}

void FlatBlocks::release(std::uint64_t block, std::uint64_t hash) {
  free_.push({block, 1, kNoFile, 0, hash});
  ++free_count_;
}

}  // namespace ocitidy::lambda
