// text_search_test.cc - texts are found wherever they stand, in whatever pieces the bytes come.
#include "formats/text_search.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ocitidy {
namespace {

using Texts = std::vector<std::string>;
using Found = std::vector<std::uint32_t>;

Found found(const Texts& texts, std::string_view file, std::size_t piece_bytes) {
  TextSearch search;
  search.start(texts);
  for (std::size_t at = 0; at < file.size(); at += piece_bytes)
    search.feed(std::as_bytes(std::span(file.substr(at, piece_bytes))));
  return search.found();
}

TEST(TextSearch, FindsTextsAcrossPieces) {
  std::string file(300, '\0');
  file.append("AWS_LAMBDA_RUNTIME_API").append(200, 'A').append("nextlast");
  for (std::size_t piece = 1; piece < 340; ++piece) {
    EXPECT_EQ(found({"AWS_LAMBDA_RUNTIME_API", "next", "last", "lasts", "xtla"}, file, piece), (Found{0, 1, 2, 4}))
        << piece;
  }
}

TEST(TextSearch, NeedsEveryByte) {
  EXPECT_EQ(found({"abab"}, "abacabab", 3), Found{0});
  EXPECT_EQ(found({"abab"}, "abacabac", 3), Found{});
  EXPECT_EQ(found({"a"}, "bbba", 1), Found{0});
  EXPECT_EQ(found({"a", ""}, "", 1), Found{1});
  EXPECT_EQ(found({"abc"}, "ab", 1), Found{});
  EXPECT_EQ(found({}, "ab", 1), Found{});
}

TEST(TextSearch, StopsWhenAllIsFoundAndBeginsAnew) {
  const Texts x{"x"}, ab{"ab"};
  TextSearch search;
  search.start(x);
  EXPECT_TRUE(search.wants_more());
  search.feed(std::as_bytes(std::span(std::string_view("x"))));
  EXPECT_FALSE(search.wants_more());
  EXPECT_EQ(search.found(), Found{0});
  search.start(ab);
  search.feed(std::as_bytes(std::span(std::string_view("a"))));
  EXPECT_EQ(search.found(), Found{});
  search.start(ab);
  search.feed(std::as_bytes(std::span(std::string_view("b"))));
  EXPECT_EQ(search.found(), Found{}) << "nothing is left of the file before";
}

}  // namespace
}  // namespace ocitidy
