// Hashes of blocks: zeros stand out, and no trace of how the bytes were cut.
#include "base/block_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ocitidy {
namespace {

using Hashes = std::vector<std::uint64_t>;

Hashes hashes_of(std::initializer_list<std::string_view> parts) {
  BlockHasher hasher;
  Hashes hashes;
  for (const std::string_view part : parts) hasher.update(std::as_bytes(std::span(part)), hashes);
  hasher.finish(hashes);
  return hashes;
}

TEST(BlockHash, HasOneHashABlock) {
  EXPECT_TRUE(hashes_of({}).empty());
  EXPECT_EQ(hashes_of({"x"}).size(), 1U);
  EXPECT_EQ(hashes_of({std::string(kHashedBlockBytes, 'x')}).size(), 1U);
  EXPECT_EQ(hashes_of({std::string(kHashedBlockBytes + 1, 'x')}).size(), 2U);
}

TEST(BlockHash, ZerosAreZeroAndOnlyThey) {
  std::string text(3 * kHashedBlockBytes + 5, '\0');
  EXPECT_EQ(hashes_of({text}), (Hashes{0, 0, 0, 0}));
  text[2 * kHashedBlockBytes - 1] = 'x';  // the last byte of the second block
  text[2 * kHashedBlockBytes] = 'x';      // the first of the third
  const Hashes hashes = hashes_of({text});
  EXPECT_EQ(hashes[0], 0U);
  EXPECT_NE(hashes[1], 0U);
  EXPECT_NE(hashes[2], 0U);
  EXPECT_NE(hashes[1], hashes[2]);
  EXPECT_EQ(hashes[3], 0U);
}

TEST(BlockHash, TheLastBlockIsFilledUpWithZeros) {
  std::string padded(kHashedBlockBytes, '\0');
  padded.replace(0, 3, "abc");
  EXPECT_EQ(hashes_of({"abc"}), hashes_of({padded}));
  EXPECT_NE(hashes_of({"abc"}), hashes_of({"abcd"}));
}

TEST(BlockHash, DoesNotSeeHowBytesAreCut) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i);
  const std::string_view view = text;
  const Hashes whole = hashes_of({view});
  EXPECT_EQ(whole.size(), (text.size() + kHashedBlockBytes - 1) / kHashedBlockBytes);
  for (const std::size_t cut : {1UL, 4095UL, 4096UL, 4097UL, 9000UL}) {
    EXPECT_EQ(hashes_of({view.substr(0, cut), "", view.substr(cut, 1), view.substr(cut + 1)}), whole) << cut;
  }
}

TEST(BlockHash, StartsAnew) {
  BlockHasher hasher;
  Hashes hashes;
  for (int i = 0; i < 2; ++i) {
    hasher.update(std::as_bytes(std::span(std::string_view("abc"))), hashes);
    hasher.finish(hashes);
  }
  ASSERT_EQ(hashes.size(), 2U);
  EXPECT_EQ(hashes[0], hashes[1]);
}

}  // namespace
}  // namespace ocitidy
