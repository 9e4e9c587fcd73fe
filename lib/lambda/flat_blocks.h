// flat_blocks.h - the data blocks of a file system that is written serially: who gets which, and what each chunk of
// them holds in the end.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <vector>

#include "base/block_hash.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// Source: M. Brooker et al., "On-demand Container Loading in AWS Lambda", USENIX ATC 2023, section 3.1.
inline constexpr std::uint64_t kChunkBytes = std::uint64_t{512} << 10;
inline constexpr std::uint64_t kBlocksPerChunk = kChunkBytes / kHashedBlockBytes;  // 128

/// Larger file systems than this one of 16 TiB no ext4 without its 64-bit feature can be: what would lead beyond takes
/// one block.
inline constexpr std::uint64_t kMostBlocks = std::uint64_t{1} << 32;

/// Consecutive blocks.
struct Extent {
  std::uint64_t first_block = 0, block_count = 0;
};

/// What stands for the content of each chunk: a sum over what is in it, so that things may come in any order, and go,
/// and nothing of them need be kept.
class ChunkSums {
 public:
  /// A chunk holds `units_per_chunk` things; the first one has `offset` of them before the first.
  ChunkSums(std::uint64_t units_per_chunk, std::uint64_t offset) : units_(units_per_chunk), offset_(offset) {}
  /// `hash` 0: nothing but zeros, which add nothing.
  void add(std::uint64_t unit, std::uint64_t hash);
  void remove(std::uint64_t unit, std::uint64_t hash);
  /// 0 for a chunk of zeros, and for those that were never reached.
  std::uint64_t at(std::uint64_t chunk) const { return chunk < sums_.size() ? sums_[chunk] : 0; }

 private:
  std::uint64_t units_, offset_;
  std::vector<std::uint64_t> sums_;
};

/// What `hash` at `position` is worth in a sum; 0 for 0.
std::uint64_t weighed(std::uint64_t hash, std::uint64_t position);

class FlatBlocks {
 public:
  using HashesOf = std::function<std::span<const std::uint64_t>(EntryId)>;
  /// `first_block`: as many blocks of the first chunk are no data.
  FlatBlocks(HashesOf hashes_of, std::uint64_t first_block)
      : hashes_of_(std::move(hashes_of)), sums_(kBlocksPerChunk, first_block) {}

  /// Always the first free ones, so that what was given up is used again first.
  std::vector<Extent> take(std::uint64_t count);
  void put(std::uint64_t block, std::uint64_t hash);
  /// The content of a file. False when its hashes are not known; then nothing is known of any content any more.
  bool put_file(EntryId file, std::span<const Extent> extents);
  /// Given up: their bytes stay until somebody else takes them.
  void release_file(EntryId file, std::span<const Extent> extents);
  void release(std::uint64_t block, std::uint64_t hash);

  std::uint64_t end() const { return end_; }
  std::uint64_t free_count() const { return free_count_; }
  bool has_content() const { return has_content_; }
  std::uint64_t sum(std::uint64_t chunk) const { return sums_.at(chunk); }

 private:
  struct FreeRun {
    std::uint64_t first_block, block_count;
    EntryId file;  // whose bytes are still there, from its block number `offset` on
    std::uint64_t offset;
    std::uint64_t hash;  // of a single block that was of no file
    bool operator>(const FreeRun& other) const { return first_block > other.first_block; }
  };
  void wipe(const FreeRun& run, std::uint64_t count);

  HashesOf hashes_of_;
  ChunkSums sums_;
  std::priority_queue<FreeRun, std::vector<FreeRun>, std::greater<>> free_;  // the lowest first
  std::uint64_t end_ = 0, free_count_ = 0;
  bool has_content_ = true;
};

}  // namespace ocitidy::lambda
