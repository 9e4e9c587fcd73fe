// block_hash.cc - see block_hash.h.
#include "base/block_hash.h"

#include <algorithm>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace ocitidy {
namespace {

/// Bytes that are equal to their own successors are all equal to the first. memcmp is as fast as memory is.
bool is_zero(std::span<const std::byte> bytes) {
  if (bytes.empty()) return true;
  return bytes.front() == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

std::uint64_t hash_of_block(std::span<const std::byte> bytes) {
  if (is_zero(bytes)) return 0;
  const std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  return hash == 0 ? 1 : hash;
}

void BlockHasher::update(std::span<const std::byte> bytes, std::vector<std::uint64_t>& hashes) {
  if (rest_bytes_ > 0) {
    const auto front = bytes.first(std::min(bytes.size(), rest_.size() - rest_bytes_));
    std::ranges::copy(front, rest_.begin() + static_cast<std::ptrdiff_t>(rest_bytes_));
    rest_bytes_ += front.size();
    bytes = bytes.subspan(front.size());
    if (rest_bytes_ < rest_.size()) return;
    hashes.push_back(hash_of_block(rest_));
    rest_bytes_ = 0;
  }
  for (; bytes.size() >= rest_.size(); bytes = bytes.subspan(rest_.size())) {
    hashes.push_back(hash_of_block(bytes.first(rest_.size())));
  }
  std::ranges::copy(bytes, rest_.begin());
  rest_bytes_ = bytes.size();
}

void BlockHasher::finish(std::vector<std::uint64_t>& hashes) {
  if (rest_bytes_ == 0) return;
  std::fill(rest_.begin() + static_cast<std::ptrdiff_t>(rest_bytes_), rest_.end(), std::byte{0});
  hashes.push_back(hash_of_block(rest_));
  rest_bytes_ = 0;
}

}  // namespace ocitidy
