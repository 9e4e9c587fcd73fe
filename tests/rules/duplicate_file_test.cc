// Edges of duplicate-file: thresholds, which copy is told, trees, what is no copy.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "duplicate-file";

TEST(DuplicateFile, StartsAtTheThreshold) {
  const auto two = [](std::uint64_t bytes) {
    return cat("base healthy\nlayer\nfile opt/a size=", bytes, "\nfile srv/b size=", bytes, "\n");
  };
  expect_silent(kRule, two(1048575));
  EXPECT_EQ(expect_finds(kRule, two(1048576)).front().wasted_bytes, 1048576u);
  EXPECT_EQ(expect_finds(kRule, two(1048577)).front().wasted_bytes, 1048577u);
}

TEST(DuplicateFile, CountsFilesFromOnePageOn) {
  const auto many = [](std::uint64_t bytes) {
    std::string recipe = "base healthy\nlayer\n";
    for (int i = 0; i < 260; ++i) recipe += cat("file opt/", i, " size=", bytes, "\n");
    return recipe;
  };
  expect_silent(kRule, many(4095));
  const std::vector<Finding> findings = expect_finds(kRule, many(4096));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].wasted_bytes, 259u * 4096);
  EXPECT_NE(findings[0].message.find("259 files below '/opt'"), std::string::npos) << findings[0].message;
}

TEST(DuplicateFile, TellsTheCopyOfTheUpperLayer) {
  const std::vector<Finding> findings =
      expect_finds(kRule, "base healthy\nlayer\nfile z/f size=2M\nlayer\nfile a/f size=2M\nlayer\nfile m/f size=2M\n");
  ASSERT_EQ(findings.size(), 2u);
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.where[1].path, "z/f");
    EXPECT_EQ(finding.where[1].layer, 1u);
  }
  EXPECT_EQ(findings[0].where[0].path, "a/f");
  EXPECT_EQ(findings[1].where[0].layer, 3u);
}

TEST(DuplicateFile, ComparesContent) {
  expect_silent(kRule, "base healthy\nlayer\nfile opt/a \"x\" size=2M\nfile opt/b \"y\" size=2M\nfile opt/c size=3M\n");
  expect_silent(kRule, "base healthy\nlayer\nfile opt/a size=2M\nhardlink opt/b -> opt/a\nsymlink opt/c -> a\n");
  expect_silent(kRule, "base healthy\nlayer\nfile opt/a size=2M\nfile opt/b size=2M\nlayer\nwhiteout opt/b\n");
  const std::vector<Finding> findings = expect_finds(kRule,
                                                     "base healthy\nlayer\nfile opt/a size=2M\nhardlink opt/b -> "
                                                     "opt/a\nlayer\nfile srv/c size=2M\nhardlink srv/d -> srv/c\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].wasted_bytes, 2u << 20);
}

TEST(DuplicateFile, BoundsItsFindings) {
  std::string recipe = "base healthy\nlayer\n";
  for (int i = 0; i < 52; ++i) recipe += cat("file d", i, "/f size=1M\n");
  EXPECT_EQ(expect_finds(kRule, recipe).size(), 50u);
}

TEST(DuplicateFile, SaysWhatItCannotJudge) {
  expect_silent(kRule, "base none");
  expect_not_applicable(kRule, "artifact application/x");
}

}  // namespace
}  // namespace ocitidy::test
