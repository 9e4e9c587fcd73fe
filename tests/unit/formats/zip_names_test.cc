// zip_names_test.cc - member names of archives by libarchive, in pieces of any size, and of what only looks like one.
#include "formats/zip_names.h"

#include <gtest/gtest.h>

#include "support/zip_builder.h"

namespace ocitidy {
namespace {

using Names = std::vector<std::string>;
using test::zip_archive;
using test::ZipMethod;

std::optional<Names> names_in(std::string_view file, std::size_t piece_bytes) {
  ZipNames names;
  for (std::size_t at = 0; at < file.size(); at += piece_bytes)
    names.feed(std::as_bytes(std::span(file.substr(at, piece_bytes))));
  return names.take();
}

/// A central directory record without anything that is not looked at.
std::string record(std::string_view name) {
  std::string out = "PK\1\2" + std::string(42, '\0');
  out[28] = char(name.size() & 0xff);
  out[29] = char(name.size() >> 8);
  return out.append(name);
}

TEST(ZipNames, AreFoundInPiecesOfAnySize) {
  const std::string zip =
      zip_archive({{"META-INF/MANIFEST.MF", "Main-Class: X\n"}, {"a/B.class", std::string(5000, 'x')}, {"c", "PK\1"}},
                  ZipMethod::deflate);
  const Names expected{"META-INF/MANIFEST.MF", "a/B.class", "c"};
  for (const std::size_t piece : {1UL, 2UL, 3UL, 5UL, 45UL, 46UL, 47UL, 200UL, 100000UL})
    EXPECT_EQ(names_in(zip, piece), expected) << piece;
  EXPECT_EQ(names_in("#!/bin/sh\nexec java -jar $0\n" + zip, 7), expected) << "with a script in front";
}

TEST(ZipNames, AreThoseOfStoredArchivesToo) {
  const std::string inner = zip_archive({{"in/I.class", "x"}}, ZipMethod::deflate);
  EXPECT_EQ(names_in(zip_archive({{"lib/i.jar", inner}, {"o", "y"}}, ZipMethod::store), 64),
            (Names{"in/I.class", "lib/i.jar", "o"}));
}

TEST(ZipNames, WhatIsNoRecordHasNone) {
  EXPECT_EQ(names_in("", 1), Names{});
  EXPECT_EQ(names_in("PK\1\2", 1), Names{}) << "cut off";
  EXPECT_EQ(names_in(record("name").substr(0, 49), 10), Names{}) << "cut off in the name";
  EXPECT_EQ(names_in(record(""), 10), Names{});
  EXPECT_EQ(names_in(record(std::string_view("a\0b", 3)), 10), Names{});
  EXPECT_EQ(names_in("PK\1\2PK\1\2" + record("good").substr(4), 9), Names{"good"}) << "after a mark that is none";
}

TEST(ZipNames, AreBounded) {
  EXPECT_EQ(names_in(record(std::string(ZipNames::kLongestName, 'n')), 999)->size(), 1U);
  EXPECT_EQ(names_in(record(std::string(ZipNames::kLongestName + 1, 'n')), 999), Names{});
  std::string many;
  for (std::size_t i = 0; i < ZipNames::kMostNames; ++i) many += record("n");
  EXPECT_EQ(names_in(many, 1 << 16)->size(), ZipNames::kMostNames);
  EXPECT_EQ(names_in(many + record("n"), 1 << 16), std::nullopt);
  std::string much;
  for (std::size_t i = 0; i < ZipNames::kMostBytes / ZipNames::kLongestName; ++i)
    much += record(std::string(ZipNames::kLongestName, 'n'));
  EXPECT_TRUE(names_in(much, 1 << 16));
  EXPECT_EQ(names_in(much + record("n"), 1 << 16), std::nullopt);
}

TEST(ZipNames, TakeBeginsAnew) {
  ZipNames names;
  const std::string first = record("a"), cut = record("b").substr(0, 20);
  names.feed(std::as_bytes(std::span(first)));
  names.feed(std::as_bytes(std::span(cut)));
  EXPECT_EQ(names.take(), Names{"a"});
  EXPECT_EQ(names.take(), Names{});
}

}  // namespace
}  // namespace ocitidy
