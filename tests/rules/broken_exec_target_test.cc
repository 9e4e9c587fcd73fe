// Edges of broken-exec-target: certain and conditional, and that one fault is told once.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "broken-exec-target";

std::string entry(std::string_view lines, std::string_view more = "") {
  return cat(
      "config entrypoint /entry.sh ; env PATH=/bin\nbase healthy\nlayer\nfile bin/sh 0755 elf64\nfile entry.sh 0755 "
      "\"#!/bin/sh\\n",
      lines, "\"\n", more);
}

std::string only_message(std::string_view recipe) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? "" : findings.front().message;
}

TEST(BrokenExecTarget, FollowsScriptsOfScripts) {
  const std::string message = only_message(entry("exec /b.sh", "file b.sh 0755 \"#!/bin/bash\\nexec /none\\n\"\n"));
  EXPECT_NE(message.find("the first line of '/b.sh': the interpreter '/bin/bash' does not exist"), std::string::npos)
      << message;
  EXPECT_NE(only_message(entry("exec /b.sh", "file b.sh 0755 \"#!/bin/sh\\x0d\\n\"\n")).find("with a CR"),
            std::string::npos);
  EXPECT_NE(only_message(entry("exec /b", "symlink b -> c\n")).find("leads to '/c'"), std::string::npos);
}

TEST(BrokenExecTarget, ConditionalBranchesAreWarnings) {
  const std::vector<Finding> findings =
      expect_finds(kRule, entry("case $1 in a) exec /a;; b) exec /b;; c) exec /a;; *) exec /bin/sh;; esac"));
  ASSERT_EQ(findings.size(), 2u) << "each name once";
  EXPECT_EQ(findings[0].severity, Severity::warning);
  EXPECT_EQ(findings[1].severity, Severity::warning);
  expect_silent(kRule, entry("if [ -x /a ]; then exec /a; fi\\nexec /bin/sh"));
  expect_silent(kRule, entry("if [ $LOCAL ]; then exec /usr/local/bin/aws-lambda-rie x; fi\\nexec /bin/sh"));
  expect_silent(kRule, entry("if command -v a; then exec a; fi\\nexec /bin/sh"));
}

TEST(BrokenExecTarget, LeavesTheDirectStartToEntrypointNotFound) {
  expect_not_applicable(kRule, "config entrypoint /none");
  expect_not_applicable(kRule, "base healthy");
  expect_not_applicable(kRule, "config entrypoint /run\nlayer\nfile run 0755 \"#!/none\\n\"");
  expect_silent("entrypoint-not-found", entry("exec /none"));
}

TEST(BrokenExecTarget, LeavesTheBootstrapToMissingBootstrap) {
  const std::string recipe =
      "config entrypoint /lambda-entrypoint.sh\nbase none\nlayer\nfile bin/sh 0755 elf64\n"
      "file lambda-entrypoint.sh 0755 \"#!/bin/sh\\n[ $# -ne 1 ] && exit 142\\nexec /var/runtime/bootstrap\"\n";
  expect_silent(kRule, recipe);
  EXPECT_EQ(expect_finds("missing-bootstrap", recipe).size(), 1u);
}

TEST(BrokenExecTarget, SaysWhatItCannotJudge) {
  expect_not_applicable(
      kRule, entry("exec /none") + "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n");
  expect_not_applicable(kRule, "artifact application/x");
  expect_not_applicable(kRule,
                        "config entrypoint /a/b/c/d\nlayer\nfile bin/sh 0755 elf64\nfile a/b/c/d 0755 "
                        "\"#!/bin/sh\\nexec /none\\n" +
                            std::string(300, '#') + "\"\n");
}

TEST(BrokenExecTarget, EscapesNames) {
  const std::string message = only_message(entry("exec '/\\x1b[2J'"));
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace ocitidy::test
