// How many paths become few lines: every path in exactly one group, in order, as deep as the bound allows.
#include "lint/path_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/text.h"

namespace ocitidy::rules {
namespace {

struct Group {  // as PathGroup, but the name outlives the list
  std::size_t begin, end;
  std::string common;
};

std::vector<Group> groups_of(const std::vector<std::string>& paths, std::size_t at_most) {
  const std::vector<std::string_view> views(paths.begin(), paths.end());
  std::vector<Group> groups;
  for (const PathGroup& group : group_paths(views, at_most)) {
    groups.push_back({group.begin, group.end, std::string(group.common)});
  }
  return groups;
}

TEST(PathGroups, LeavesFewPathsAlone) {
  EXPECT_TRUE(groups_of({}, 3).empty());
  const std::vector<Group> groups = groups_of({"a/b", "a/c", "d"}, 3);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[1].common, "a/c");
  EXPECT_EQ(groups[2].common, "d");
}

TEST(PathGroups, StopsAtTheBound) {
  const std::vector<Group> groups = groups_of({"a/b/1", "a/b/2", "a/c/1", "d/1"}, 3);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].common, "a/b");
  EXPECT_EQ(groups[0].end, 2u);
  EXPECT_EQ(groups[1].common, "a/c/1");  // alone, so by its own name
  EXPECT_EQ(groups[2].common, "d/1");
}

TEST(PathGroups, NamesTheDeepestCommonDirectory) {
  const std::vector<Group> groups = groups_of({"usr/share/doc/a/x", "usr/share/doc/b/x", "var/x"}, 2);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].common, "usr/share/doc");
  const std::vector<Group> one = groups_of({"aa/x", "ab/x"}, 1);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].common, "");
}

TEST(PathGroups, CoversEveryPathOnceHoweverDeep) {
  std::vector<std::string> paths;
  for (int i = 0; i < 2000; ++i) {
    std::string path;
    for (int part = i; part > 0; part /= 3) path += cat("p", part % 3, "/");
    paths.push_back(path + cat("f", i));
  }
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "d/";
  paths.push_back(deep + "1");
  paths.push_back(deep + "2");
  std::ranges::sort(paths);
  for (const std::size_t bound : {1u, 2u, 7u, 20u, 500u}) {
    const std::vector<Group> groups = groups_of(paths, bound);
    EXPECT_LE(groups.size(), bound);
    std::size_t next = 0;
    for (const Group& group : groups) {
      EXPECT_EQ(group.begin, next);
      EXPECT_LT(group.begin, group.end);
      for (std::size_t i = group.begin; i < group.end; ++i) EXPECT_TRUE(paths[i].starts_with(group.common));
      next = group.end;
    }
    EXPECT_EQ(next, paths.size());
  }
}

TEST(PathGroups, TakesAFileForADirectoryOfThatName) {  // "a" is a file in one layer and a directory in another
  const std::vector<Group> groups = groups_of({"a", "a/b", "a/c"}, 2);
  ASSERT_LE(groups.size(), 2u);
  EXPECT_EQ(groups.back().end, 3u);
}

}  // namespace
}  // namespace ocitidy::rules
