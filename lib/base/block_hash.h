// block_hash.h - XXH3, 64 bits, of each block of a stream: what a block device would hold. Not meant against who wants
// two blocks to look equal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ocitidy {

/// The block of ext4 as mke2fs makes it for anything above 512 MiB. Source: e2fsprogs, misc/mke2fs.conf.in.
inline constexpr std::size_t kHashedBlockBytes = 4096;

/// 0 for bytes that are all zero, and never 0 for others.
std::uint64_t hash_of_block(std::span<const std::byte> bytes);

/// Hashes a stream block by block. Copies only what is left over between two calls: one block at most.
class BlockHasher {
 public:
  /// Appends the hash of each block that is whole now.
  void update(std::span<const std::byte> bytes, std::vector<std::uint64_t>& hashes);
  /// Appends the hash of what is left, filled up with zeros; the hasher starts anew.
  void finish(std::vector<std::uint64_t>& hashes);

 private:
  std::array<std::byte, kHashedBlockBytes> rest_;
  std::size_t rest_bytes_ = 0;
};

}  // namespace ocitidy
