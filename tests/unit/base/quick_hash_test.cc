// The 128-bit hash: known answers, and no trace of how the bytes were cut.
#include "base/quick_hash.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace ocitidy {
namespace {

std::string hash_of(std::initializer_list<std::string_view> parts) {
  QuickHasher hasher;
  for (const std::string_view part : parts) hasher.update(std::as_bytes(std::span(part)));
  const Hash128 hash = hasher.finish();
  return hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

// Of XXH3_128bits() in one call, xxHash 0.8.1.
TEST(QuickHash, KnowsKnownAnswers) {
  EXPECT_EQ(hash_of({}), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hash_of({"abc"}), "06b05ab6733a618578af5f94892f3950");
}

TEST(QuickHash, DoesNotSeeHowBytesAreCut) {
  const std::string text(100'000, 'x');
  const std::string_view view = text;
  EXPECT_EQ(hash_of({view}), hash_of({view.substr(0, 1), "", view.substr(1, 4096), view.substr(4097)}));
  EXPECT_NE(hash_of({view}), hash_of({view.substr(1)}));
}

TEST(QuickHash, StartsAnew) {
  QuickHasher hasher;
  hasher.update(std::as_bytes(std::span(std::string_view("abc"))));
  const Hash128 first = hasher.finish();
  hasher.update(std::as_bytes(std::span(std::string_view("abc"))));
  EXPECT_EQ(hasher.finish(), first);
}

}  // namespace
}  // namespace ocitidy
