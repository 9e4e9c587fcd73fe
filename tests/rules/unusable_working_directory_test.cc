// Edges of unusable-working-directory: links, mounts, and what the rule leaves to unreadable-file.
#include <gtest/gtest.h>

#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "unusable-working-directory";

std::optional<Severity> severity_of_only(std::string_view recipe) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? std::nullopt : findings.front().severity;
}

TEST(UnusableWorkingDirectory, FollowsLinks) {
  expect_silent(kRule, "config workdir /a/b\nlayer\ndir srv/b\nsymlink a -> srv");
  expect_silent(kRule, "config workdir /a/b/\nlayer\ndir a/b");
  expect_silent(kRule, "config workdir /a/../b\nlayer\ndir a\ndir b");
  EXPECT_EQ(severity_of_only("config workdir /a\nlayer\nsymlink a -> nowhere"), std::nullopt);
  EXPECT_EQ(severity_of_only("config workdir /a\nlayer\nsymlink a -> a"), std::nullopt);
  EXPECT_EQ(severity_of_only("config workdir /a\nlayer\nfile b\nsymlink a -> b"), std::nullopt);
  EXPECT_EQ(severity_of_only("config workdir /a\nlayer\ndir a\nlayer\nwhiteout a"), std::nullopt);
}

TEST(UnusableWorkingDirectory, KnowsWhatIsMountedAtRunTime) {
  for (const char* mount : {"/tmp", "/tmp/", "/dev/x", "/proc", "/sys/x"}) {
    expect_silent(kRule, std::string("config workdir ") + mount + "\nbase none");
  }
  EXPECT_EQ(severity_of_only("config workdir /tmp/x\nlayer\ndir tmp/x"), std::nullopt);
  EXPECT_EQ(severity_of_only("config workdir /mnt/efs\nbase none"), Severity::warning);
  EXPECT_EQ(severity_of_only("config workdir /tmpx\nbase none"), std::nullopt);
}

TEST(UnusableWorkingDirectory, SaysWhatItCannotJudge) {
  expect_silent(kRule, "config workdir /\nbase none");
  EXPECT_EQ(severity_of_only("config workdir\nbase none"), Severity::info);
  expect_not_applicable(kRule, "artifact application/x");
  expect_not_applicable(kRule, "config os windows ; workdir C:\\\\app");
  expect_not_applicable(kRule,
                        "config workdir /a\nbase healthy\nlayer "
                        "type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent");
}

TEST(UnusableWorkingDirectory, LeavesPermissionsToUnreadableFile) {
  const std::string closed = "config workdir /srv/app\nbase healthy\nlayer\ndir srv 0700\ndir srv/app\n";
  expect_silent(kRule, closed);
  const std::vector<Finding> findings = expect_finds("unreadable-file", closed);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.front().severity, Severity::error);
  EXPECT_NE(findings.front().message.find("out of reach below it: WORKDIR"), std::string::npos);
}

}  // namespace
}  // namespace ocitidy::test
