// library_names_test.cc - names of libraries are found wherever they stand, in whatever pieces the bytes come.
#include "formats/library_names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ocitidy {
namespace {

using Names = std::vector<std::string>;

Names names_in(std::string_view bytes, std::size_t piece_bytes) {
  LibraryNames names;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    names.feed(std::as_bytes(std::span(bytes.substr(at, piece_bytes))));
  }
  return names.take().value_or(Names{"too many"});
}

TEST(LibraryNames, FindsNamesInPiecesOfAnySize) {
  std::string bytes(1000, '\0');
  bytes += std::string("libcudart.so.12\0libc.so.6\0/usr/lib/_x.abi3.so\0a.sock\0.so\0libm.some\0", 66);
  bytes += std::string(700, 'x') + std::string("\0end.so", 7);
  const Names expected{"_x.abi3.so", "end.so", "libc.so.6", "libcudart.so.12"};
  for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 255UL, 256UL, 1000UL, 5000UL}) {
    EXPECT_EQ(names_in(bytes, piece), expected) << piece;
  }
}

TEST(LibraryNames, EndOfFileEndsAName) { EXPECT_EQ(names_in("libz.so.1", 4), Names{"libz.so.1"}); }

TEST(LibraryNames, NothingInNothing) { EXPECT_EQ(names_in("", 4), Names{}); }

TEST(LibraryNames, TooManyAreNotGuessed) {
  std::string bytes;
  for (std::size_t i = 0; i <= LibraryNames::kMostNames; ++i) bytes += "lib" + std::to_string(i) + ".so ";
  EXPECT_EQ(names_in(bytes, 1 << 16), Names{"too many"});
  bytes.resize(bytes.size() - 10);
  EXPECT_EQ(names_in(bytes, 1 << 16).size(), LibraryNames::kMostNames);
}

TEST(LibraryNames, TakeBeginsAnew) {
  LibraryNames names;
  names.feed(std::as_bytes(std::span(std::string_view("liba.so"))));
  EXPECT_EQ(names.take(), Names{"liba.so"});
  EXPECT_EQ(names.take(), Names{});
}

}  // namespace
}  // namespace ocitidy
