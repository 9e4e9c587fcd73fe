// Edges of missing-parent-directory: grouping, links, whiteouts, and layers that cannot be read.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "missing-parent-directory";

TEST(MissingParentDirectory, TellsOfEachTopmostDirectoryOfEachLayer) {
  const std::vector<Finding> findings =
      expect_finds(kRule, "layer bare\nfile a/b/c \"x\"\nfile a/d \"x\"\nfile e/f \"x\"\nlayer bare\nfile a/b/g \"x\"");
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].where[0].path, "a");
  EXPECT_EQ(findings[0].where[0].layer, 0u);
  EXPECT_NE(findings[0].message.find("'/a' and 1 directory below it precedes '/a/b/c' and 1 other member"),
            std::string::npos)
      << findings[0].message;
  EXPECT_EQ(findings[1].where[0].layer, 1u);
  EXPECT_EQ(findings[2].where[0].path, "e");
}

TEST(MissingParentDirectory, StartsAtTheDeepestDirectoryThatIsThere) {
  const std::vector<Finding> findings = expect_finds(kRule, "layer bare\ndir a\nfile a/b/c/d \"x\"");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[0].path, "a/b");
}

TEST(MissingParentDirectory, IsOneFindingHoweverManyMembers) {
  std::string recipe = "layer bare\n";
  for (int i = 0; i < 1000; ++i) recipe += cat("file app/node_modules/m", i, "/index.js \"x\"\n");
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[0].path, "app");
  EXPECT_NE(findings[0].message.find("1001 directories below it"), std::string::npos) << findings[0].message;
  EXPECT_NE(findings[0].message.find("999 other members"), std::string::npos) << findings[0].message;
}

TEST(MissingParentDirectory, TakesLinksAndSpellingsAsTheyResolve) {
  expect_silent(kRule,
                "layer bare\ndir ./usr/\ndir /usr/lib\nsymlink lib -> usr/lib\nfile ./lib/x \"x\"\nfile top \"x\"");
  expect_finds(kRule, "layer bare\nsymlink lib -> usr/lib\nfile lib/x \"x\"");
  expect_finds(kRule, "layer bare\nfile a \"x\"\nhardlink b/c -> a");
}

TEST(MissingParentDirectory, KnowsWhatWhiteoutsTookAway) {
  expect_finds(kRule, "layer\nfile a/b \"x\"\nlayer\nwhiteout a\nlayer bare\nfile a/c \"x\"");
  expect_finds(kRule, "layer\nfile a/b/c \"x\"\nlayer\nopaque a\nlayer bare\nfile a/b/d \"x\"");
  expect_silent(kRule, "layer\nfile a/b \"x\"\nlayer bare\nopaque a\nfile a/c \"x\"");
  expect_silent(kRule, "layer bare\nwhiteout a/b");
}

TEST(MissingParentDirectory, JudgesNothingAboveALayerThatCannotBeRead) {
  const std::string foreign = "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n";
  expect_not_applicable(kRule, foreign + "layer bare\nfile a/b \"x\"");
  expect_silent(kRule, "layer bare\ndir a\n" + foreign + "layer bare\nfile c/b \"x\"");
  expect_finds(kRule, "layer bare\nfile a/b \"x\"\n" + foreign);
  expect_not_applicable(kRule, "artifact application/x");
  expect_silent(kRule, "base none");
}

}  // namespace
}  // namespace ocitidy::test
