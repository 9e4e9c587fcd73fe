// digest_test - the digest grammar: what is one, what is refused, and how.
#include "ocitidy/digest.h"

#include <gtest/gtest.h>

#include "base/hasher.h"

namespace ocitidy {
namespace {

// FIPS 180-4 example: the message "abc".
constexpr std::string_view kAbc256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kAbc512 =
    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

TEST(Digest, RoundTrips) {
  for (const std::string_view text : {kAbc256, kAbc512}) {
    const auto digest = Digest::parse(text);
    ASSERT_TRUE(digest) << describe(digest.error());
    EXPECT_EQ(digest->str(), text);
  }
}

TEST(Digest, OfBytesIsTheStandardsOwnExample) {
  EXPECT_EQ(digest_of("abc").str(), kAbc256);
  EXPECT_EQ(digest_of("abc", Digest::Algorithm::sha512).str(), kAbc512);
}

TEST(Digest, HasherStartsAnewAfterFinish) {
  Hasher hasher;
  hasher.update(std::as_bytes(std::span(std::string_view("something else"))));
  (void)hasher.finish();
  hasher.update(std::as_bytes(std::span(std::string_view("abc"))));
  EXPECT_EQ(hasher.finish().str(), kAbc256);
}

TEST(Digest, RefusesWhatIsNone) {
  const std::string hex(kAbc256.substr(7));
  std::string upper = hex;
  upper[0] = 'B';
  const std::vector<std::pair<std::string, Code>> cases = {
      {"", Code::invalid_argument},
      {hex, Code::invalid_argument},
      {"sha256:", Code::invalid_argument},
      {"sha256:" + hex.substr(1), Code::invalid_argument},
      {"sha256:" + hex + "0", Code::invalid_argument},
      {"sha256:" + upper, Code::invalid_argument},
      {"sha256:../../../../../../../../../../../../../../../../../../../etc/passwd", Code::invalid_argument},
      {"sha256:" + hex.substr(0, 63) + "\n", Code::invalid_argument},
      {"sha512:" + hex, Code::invalid_argument},
      {"md5:d41d8cd98f00b204e9800998ecf8427e", Code::unsupported},
      {"SHA256:" + hex, Code::unsupported},
  };
  for (const auto& [text, code] : cases) {
    const auto digest = Digest::parse(text);
    ASSERT_FALSE(digest) << text;
    EXPECT_EQ(digest.error().code, code) << text;
    EXPECT_EQ(describe(digest.error()).find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace ocitidy
