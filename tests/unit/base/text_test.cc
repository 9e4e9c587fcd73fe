// text_test - escaping, sizes, base64 and globs.
#include "base/text.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

TEST(Escape, LeavesTextAlone) { EXPECT_EQ(escape_for_terminal("usr/lib/Größe-日本.so"), "usr/lib/Größe-日本.so"); }

TEST(Escape, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(escape_for_terminal("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(escape_for_terminal("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(escape_for_terminal(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(escape_for_terminal("\xC2\x9B"), "\\u{9b}") << "C1 CSI in UTF-8";
  EXPECT_EQ(escape_for_terminal("\x9B"), "\\x9b") << "C1 CSI as a single byte";
  EXPECT_EQ(escape_for_terminal("\xE2\x80\xAE"
                                "exe.txt"),
            "\\u{202e}exe.txt")
      << "right-to-left override";
  EXPECT_EQ(escape_for_terminal("\xEF\xBB\xBF"), "\\u{feff}");
}

TEST(Escape, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(escape_for_terminal("caf\xE9"), "caf\\xe9");
  EXPECT_EQ(escape_for_terminal("\xC0\xAF"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(escape_for_terminal("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(escape_for_terminal("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
  EXPECT_EQ(escape_for_terminal("\xE2\x82"), "\\xe2\\x82") << "cut off";
}

TEST(Utf8, KnowsAndRepairs) {
  EXPECT_TRUE(is_utf8("Größe"));
  EXPECT_FALSE(
      is_utf8("Gr\xF6"
              "e"));
  EXPECT_EQ(to_utf8("a\xFF"
                    "b"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(HumanBytes, PicksTheUnit) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1024), "1.0 KiB");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(99 * 1024 + 1023), "99.9 KiB");
  EXPECT_EQ(human_bytes(100 * 1024), "100 KiB");
  EXPECT_EQ(human_bytes(std::uint64_t{10} << 30), "10.0 GiB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "15.9 EiB");
}

TEST(Base64, MatchesRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE"), "//4=");
}

TEST(Glob, StarStopsAtSlash) {
  EXPECT_TRUE(glob_matches("a/*.py", "a/b.py"));
  EXPECT_FALSE(glob_matches("a/*.py", "a/b/c.py"));
  EXPECT_TRUE(glob_matches("a/?.py", "a/b.py"));
  EXPECT_FALSE(glob_matches("a?b", "a/b"));
  EXPECT_FALSE(glob_matches("*.py", "a.pyc"));
  EXPECT_FALSE(glob_matches("a", "ab"));
  EXPECT_FALSE(glob_matches("ab", "a"));
}

TEST(Glob, TwoStarsDoNot) {
  EXPECT_TRUE(glob_matches("**", "any/thing/at/all"));
  EXPECT_TRUE(glob_matches("**", ""));
  EXPECT_TRUE(glob_matches("var/cache/**", "var/cache/apt/archives/x.deb"));
  EXPECT_FALSE(glob_matches("var/cache/**", "var/cached"));
  EXPECT_TRUE(glob_matches("**/x", "x"));
  EXPECT_TRUE(glob_matches("**/x", "a/b/x"));
  EXPECT_FALSE(glob_matches("**/x", "a/bx"));
  EXPECT_TRUE(glob_matches("home/*/.cache/**/*.whl", "home/u/.cache/x.whl"));
  EXPECT_TRUE(glob_matches("home/*/.cache/**/*.whl", "home/u/.cache/pip/http/x.whl"));
}

TEST(Glob, BracketsAreLiteral) {
  EXPECT_TRUE(glob_matches("bin/[", "bin/["));
  EXPECT_FALSE(glob_matches("bin/[ab]", "bin/a"));
}

/// The definition, word by word. `component_starts`: what stands before `glob` is nothing, or a slash.
bool matches_by_definition(std::string_view glob, std::string_view path, bool component_starts = true) {
  if (glob.empty()) return path.empty();
  if (glob.starts_with("**/") && component_starts) {
    if (matches_by_definition(glob.substr(3), path, true)) return true;
    for (std::size_t i = 0; i < path.size(); ++i)
      if (path[i] == '/' && matches_by_definition(glob.substr(3), path.substr(i + 1), true)) return true;
    return false;
  }
  if (glob.starts_with("*")) {
    const bool two = glob.starts_with("**");
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (matches_by_definition(glob.substr(two ? 2 : 1), path.substr(i), false)) return true;
      if (i < path.size() && path[i] == '/' && !two) return false;
    }
    return false;
  }
  if (path.empty() || (glob[0] == '?' ? path[0] == '/' : glob[0] != path[0])) return false;
  return matches_by_definition(glob.substr(1), path.substr(1), glob[0] == '/');
}

/// All texts of up to `longest` of the letters.
std::vector<std::string> all_texts(std::string_view letters, std::size_t longest) {
  std::vector<std::string> all{""};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() == longest) break;
    for (const char letter : letters) all.push_back(all[i] + letter);
  }
  return all;
}

TEST(Glob, EveryShortGlobMatchesAsDefined) {
  const auto paths = all_texts("ab/", 5);
  for (const std::string& glob : all_texts("a*/?", 6)) {
    for (const std::string& path : paths)
      ASSERT_EQ(glob_matches(glob, path), matches_by_definition(glob, path)) << glob << " " << path;
  }
}

TEST(Glob, LongGlobsOfStarsMatchAsDefined) {
  for (const std::string_view glob : {"**/*a*/**/*b", "**/a*b/*a", "**/?*a/**/a/**", "a/**/**/*ab*"}) {
    for (const std::string& path : all_texts("ab/", 8))
      ASSERT_EQ(glob_matches(glob, path), matches_by_definition(glob, path)) << glob << " " << path;
  }
}

TEST(Glob, ManyStarsStayLinear) {
  std::string glob;
  for (int i = 0; i < 50; ++i) glob += "*a";
  EXPECT_FALSE(glob_matches(glob + "b", std::string(20'000, 'a')));  // a backtracking matcher would not end
}

}  // namespace
}  // namespace ocitidy
