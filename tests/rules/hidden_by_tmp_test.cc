// Edges of hidden-by-tmp: mount points, ENV, leftovers, and many directories.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "hidden-by-tmp";

std::string directories(int count) {
  std::string recipe = "base healthy\nlayer\n";
  for (int i = 0; i < count; ++i) recipe += cat("file tmp/d", i, "/x size=100\n");
  return recipe;
}

Finding only_finding(std::string_view recipe) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Finding{} : findings.front();
}

TEST(HiddenByTmp, TellsOfManyDirectoriesAtOnce) {
  EXPECT_EQ(expect_finds(kRule, directories(20)).size(), 20u);
  const Finding all = only_finding(directories(21));
  EXPECT_EQ(all.where.front().path, "tmp");
  EXPECT_EQ(all.wasted_bytes, 2100u);
}

TEST(HiddenByTmp, NamesVariablesThatPointIntoATree) {
  const std::string files = "base healthy\nlayer\nfile tmp/nltk/corpora/x size=1k\n";
  const auto variables = [&](std::string_view env) { return only_finding(cat("config ", env, "\n", files)).message; };
  EXPECT_NE(variables("env NLTK_DATA=/tmp/nltk").find("ENV 'NLTK_DATA'"), std::string::npos);
  EXPECT_NE(variables("env NLTK_DATA=/opt/x:/tmp/nltk/corpora/").find("ENV 'NLTK_DATA'"), std::string::npos);
  EXPECT_NE(variables("env A=/tmp/nltk ; env B=/tmp/nltk").find("ENV 'A' and 'B'"), std::string::npos);
  EXPECT_EQ(variables("env HOME=/tmp ; env X=/tmp/other ; env Y=tmp/nltk ; env Z=/tmp/nltk-2").find("ENV"),
            std::string::npos);
}

TEST(HiddenByTmp, KeepsValuesToItself) {
  const Finding finding =
      only_finding("config env KEY=/tmp/secret-token:/tmp/d\nbase healthy\nlayer\nfile tmp/d/x size=1k");
  EXPECT_EQ(finding.message.find("secret-token"), std::string::npos);
}

TEST(HiddenByTmp, LeftoversAreInfoUnlessPointedAt) {
  const std::string files = "base healthy\nlayer\nfile tmp/pip-build-x/a size=1k\n";
  EXPECT_EQ(only_finding(files).severity, Severity::info);
  EXPECT_EQ(only_finding("config env X=/tmp/pip-build-x\n" + files).severity, std::nullopt);  // the rule's own: warning
}

TEST(HiddenByTmp, LooksBelowMountPointsOnly) {
  expect_silent(
      kRule,
      "base healthy\nlayer\nfile tmpx/a size=1k\nfile var/tmp/a size=1k\nfile tmp size=1k\nfile developer size=1k");
  expect_silent(kRule,
                "base healthy\nlayer\nchardev dev/null 1:3\nsymlink tmp/a -> b\ndir proc/x\nfile tmp/empty \"\"");
  expect_silent(kRule, "base healthy\nlayer\nfile tmp/a size=1k\nlayer\nopaque tmp");
  for (const char* path : {"dev/x", "proc/x", "sys/x"}) {
    expect_silent(kRule, cat("base healthy\nlayer\nfile ", path, " size=1"));
    expect_finds("hidden-by-mount", cat("base healthy\nlayer\nfile ", path, " size=1"));
  }
}

TEST(HiddenByTmp, SaysWhatItCannotJudge) {
  expect_silent(kRule, "base none");
  expect_not_applicable(kRule, "artifact application/x");
}

}  // namespace
}  // namespace ocitidy::test
