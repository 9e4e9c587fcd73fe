// glob_set_test.cc - a set says of every path what its globs say one by one.
#include "image/glob_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "image/removable_paths.h"
#include "ocitidy/rule.h"

namespace ocitidy {
namespace {

std::vector<std::uint32_t> matches(GlobSet& set, std::string_view path) {
  std::vector<std::uint32_t> matched{99};  // what is left of the path before
  set.match(path, matched);
  return matched;
}

std::vector<std::uint32_t> one_by_one(const std::vector<std::string_view>& globs, std::string_view path) {
  std::vector<std::uint32_t> matched;
  for (std::uint32_t i = 0; i < globs.size(); ++i)
    if (glob_matches(globs[i], path)) matched.push_back(i);
  return matched;
}

/// Of all tables that the library asks of files.
std::vector<std::string_view> known_globs() {
  std::vector<std::string_view> globs(never_removed_globs().begin(), never_removed_globs().end());
  for (const RemovablePath& row : removable_paths()) {
    globs.insert(globs.end(), row.globs.begin(), row.globs.end());
    globs.insert(globs.end(), row.except.begin(), row.except.end());
  }
  for (const Rule* rule : all_rules()) {
    for (const ContentQuery& query : rule->info.reads) globs.push_back(query.glob);
    for (const TextQuery& query : rule->info.texts) globs.push_back(query.glob);
  }
  return globs;
}

/// Texts that the glob matches, or nearly does: wildcards become nothing, a letter, a directory.
std::vector<std::string> paths_for(std::string_view glob) {
  std::vector<std::string> paths;
  for (const std::string_view stars : {"", "x", "a/b", "x.y/", ".so"}) {
    std::string path;
    for (std::size_t i = 0; i < glob.size(); ++i) {
      if (glob[i] == '*' && i > 0 && glob[i - 1] == '*') continue;
      path += glob[i] == '*' ? stars : glob[i] == '?' ? "q" : glob.substr(i, 1);
    }
    paths.push_back(path);
    paths.push_back(path + ".js");
    paths.push_back("usr/lib/" + path);
    paths.push_back(path.substr(0, path.size() - 1));
  }
  return paths;
}

TEST(GlobSet, SaysWhatItsGlobsSayOneByOne) {
  const auto globs = known_globs();
  ASSERT_GT(globs.size(), 500U);
  GlobSet set(globs);
  std::size_t matched = 0;
  for (const std::string_view glob : globs) {
    for (const std::string& path : paths_for(glob)) {
      const auto expected = one_by_one(globs, path);
      ASSERT_EQ(matches(set, path), expected) << path;
      ASSERT_EQ(set.any_matches(path), !expected.empty()) << path;
      matched += expected.size();
    }
  }
  EXPECT_GT(matched, globs.size());
}

TEST(GlobSet, TakesGlobsOfAnyShape) {
  const std::vector<std::string_view> globs = {
      "",       "*",      "**", "?",  "abc**", "abc*",    "**abc",   "a**/b", "a**.b", "**/abc", "*/*",  "abc/**",
      "**/a/b", "a/?b/*", ".*", "*.", "a.*.c", "**/abc*", "**/a/**", "b?.c",  "***",   "/abc",   "abc/", "**/*.c"};
  GlobSet set(globs);
  std::vector<std::string> paths{""};
  for (const std::string_view piece : {"a", "b", "abc", ".", "c", "/", "abcd", ".c"}) {
    for (std::size_t i = 0, count = paths.size(); i < count && paths.size() < 20'000; ++i)
      paths.push_back(paths[i] + std::string(piece));
    for (std::size_t i = 0, count = paths.size(); i < count && paths.size() < 20'000; ++i)
      paths.push_back(std::string(piece) + "/" + paths[i]);
  }
  for (const std::string& path : paths) ASSERT_EQ(matches(set, path), one_by_one(globs, path)) << path;
}

TEST(GlobSet, AnEmptySetMatchesNothing) {
  GlobSet empty;
  EXPECT_TRUE(matches(empty, "a").empty());
  EXPECT_FALSE(empty.any_matches(""));
}

}  // namespace
}  // namespace ocitidy
