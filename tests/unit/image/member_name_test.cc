// member_name_test - how the engines read a member's name.
#include "image/member_name.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

struct Case {
  std::string_view raw, path;
  EntryType type;
  Oddity oddities;
};

TEST(MemberName, IsCleanedAndConfined) {
  using enum EntryType;
  const Case cases[] = {
      {"usr/lib/x", "usr/lib/x", file, Oddity::none},
      {"./usr//lib/./x/", "usr/lib/x", file, Oddity::none},
      {"/etc/passwd", "etc/passwd", file, Oddity::absolute_name},
      {"../../etc/x", "etc/x", file, Oddity::dot_dot_name},
      {"a/../x", "x", file, Oddity::dot_dot_name},
      {"", "", file, Oddity::root_not_directory},
      {".", "", file, Oddity::root_not_directory},
      {"C:\\x", "C:\\x", file, Oddity::none},
      {"a/.wh.b", "a/b", whiteout, Oddity::none},
      {".wh.b", "b", whiteout, Oddity::none},
      {"./a/.wh..wh..opq", "a", opaque, Oddity::none},
      {".wh..wh..opq", "", opaque, Oddity::none},
      {".wh.", ".wh.", whiteout, Oddity::bad_whiteout_name},
      {"a/.wh..", "a/.wh..", whiteout, Oddity::bad_whiteout_name},
      {"a/.wh...", "a/.wh...", whiteout, Oddity::bad_whiteout_name},
      {".wh..wh.plnk", ".wh..wh.plnk", whiteout, Oddity::aufs_metadata},
      {".wh..wh.plnk/1.2", ".wh..wh.plnk/1.2", file, Oddity::below_whiteout},
      {"a/.wh.d/inner", "a/.wh.d/inner", file, Oddity::below_whiteout},
      {"a/x.wh.y", "a/x.wh.y", file, Oddity::none},
  };
  for (const Case& c : cases) {
    const MemberName name = member_name(c.raw, file);
    EXPECT_EQ(name.path, c.path) << c.raw;
    EXPECT_EQ(name.type, c.type) << c.raw;
    EXPECT_EQ(name.oddities, c.oddities) << c.raw;
  }
}

TEST(MemberName, TheRootMayBeADirectory) { EXPECT_EQ(member_name("./", EntryType::directory).oddities, Oddity::none); }

TEST(MemberName, LongNamesAreKeptAndMarked) {
  const std::string component(256, 'c');
  EXPECT_TRUE(has(member_name("a/" + component, EntryType::file).oddities, Oddity::name_too_long));
  EXPECT_FALSE(has(member_name("a/" + component.substr(1), EntryType::file).oddities, Oddity::name_too_long));
  std::string path;
  for (int i = 0; i < 2048; ++i) path += "d/";  // 4,095 bytes when cleaned
  EXPECT_FALSE(has(member_name(path, EntryType::directory).oddities, Oddity::name_too_long));
  EXPECT_TRUE(has(member_name(path + "de", EntryType::directory).oddities, Oddity::name_too_long));
}

}  // namespace
}  // namespace ocitidy
