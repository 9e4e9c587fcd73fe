// text_search_test.cc - texts are found wherever they stand, in whatever pieces the bytes come.
#include "formats/text_search.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

using Answers = TextSearch::Answers;

Answers answers(std::initializer_list<std::string_view> texts, std::string_view file, std::size_t piece_bytes) {
  TextSearch search;
  for (const std::string_view text : texts) search.add(text);
  for (std::size_t at = 0; at < file.size(); at += piece_bytes)
    search.feed(std::as_bytes(std::span(file.substr(at, piece_bytes))));
  return search.take();
}

TEST(TextSearch, FindsTextsAcrossPieces) {
  std::string file(300, '\0');
  file.append("AWS_LAMBDA_RUNTIME_API").append(200, 'A').append("nextlast");
  for (std::size_t piece = 1; piece < 340; ++piece) {
    EXPECT_EQ(
        answers({"AWS_LAMBDA_RUNTIME_API", "next", "last", "lasts", "xtla"}, file, piece),
        (Answers{{"AWS_LAMBDA_RUNTIME_API", true}, {"last", true}, {"lasts", false}, {"next", true}, {"xtla", true}}))
        << piece;
  }
}

TEST(TextSearch, NeedsEveryByte) {
  EXPECT_EQ(answers({"abab"}, "abacabab", 3), (Answers{{"abab", true}}));
  EXPECT_EQ(answers({"abab"}, "abacabac", 3), (Answers{{"abab", false}}));
  EXPECT_EQ(answers({"a"}, "bbba", 1), (Answers{{"a", true}}));
  EXPECT_EQ(answers({"a", ""}, "", 1), (Answers{{"", true}, {"a", false}}));
  EXPECT_EQ(answers({"abc"}, "ab", 1), (Answers{{"abc", false}}));
}

TEST(TextSearch, StopsWhenAllIsFoundAndBeginsAnew) {
  TextSearch search;
  search.add("x");
  search.add("x");
  EXPECT_TRUE(search.wants_more());
  search.feed(std::as_bytes(std::span(std::string_view("x"))));
  EXPECT_FALSE(search.wants_more());
  EXPECT_EQ(search.take(), (Answers{{"x", true}}));
  EXPECT_EQ(search.take(), Answers{});
  search.add("ab");
  search.feed(std::as_bytes(std::span(std::string_view("a"))));
  EXPECT_EQ(search.take(), (Answers{{"ab", false}}));
  search.add("ab");
  search.feed(std::as_bytes(std::span(std::string_view("b"))));
  EXPECT_EQ(search.take(), (Answers{{"ab", false}})) << "nothing is left of the file before";
}

}  // namespace
}  // namespace ocitidy
