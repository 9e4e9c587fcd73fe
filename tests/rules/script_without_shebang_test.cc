// Edges of script-without-shebang: who starts the file, and that each fault has one error only.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "script-without-shebang";
constexpr std::string_view kShell = "file bin/sh 0755 elf64\n";

std::string started(std::string_view content) {
  return cat("config entrypoint /run\nlayer\n", kShell, "file run 0755 ", content, "\n");
}

TEST(ScriptWithoutShebang, LooksAtTheFirstBytes) {
  EXPECT_EQ(expect_finds(kRule, started("\"exec x\"")).size(), 1u);
  EXPECT_EQ(expect_finds(kRule, started("\"\\n#!/bin/sh\"")).size(), 1u);
  EXPECT_EQ(expect_finds(kRule, started("\" #!/bin/sh\"")).size(), 1u);
  EXPECT_EQ(expect_finds(kRule, started("\"MZ\\x90\\0\"")).size(), 1u);
  EXPECT_EQ(expect_finds(kRule, started("\"PK\\x03\\x04\"")).size(), 1u);
  expect_silent(kRule, started("\"#!/bin/sh\""));
  expect_silent(kRule, started("elf64"));
  expect_silent(kRule, started("elf64-aarch64"));
}

TEST(ScriptWithoutShebang, InterpretersMustBePrograms) {
  const std::string recipe = started("\"#!/tool\\n\"") + "file tool 0755 \"echo\"\n";
  const auto findings = expect_finds(kRule, recipe);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.front().where.front().path, "tool");
}

TEST(ScriptWithoutShebang, ShellsReadTextThemselves) {
  for (const char* how : {"\"#!/bin/sh\\nexec /more\\n\"", "\"#!/bin/sh\\n/more x\\n\""}) {
    expect_silent(kRule, started(how) + "file more 0755 \"exec /bin/sh\"\n");
    EXPECT_EQ(expect_finds(kRule, started(how) + "file more 0755 \"\\xcf\\xfa\\xed\\xfe\"\n").size(), 1u);
  }
  expect_silent(kRule, cat("config entrypoint /bin/sh /run\nlayer\n", kShell, "file run 0644 \"echo\"\n"));
}

TEST(ScriptWithoutShebang, LeavesOtherFaultsToTheirRules) {
  expect_silent(kRule, "config entrypoint /none");
  expect_silent(kRule, started("\"#!/none\\n\""));
  expect_silent(kRule, "config entrypoint /a/b/c/d\nlayer\nfile a/b/c/d 0755 \"unusual place, no bytes kept\"\n");
  expect_not_applicable(kRule, "config os windows");
  for (const char* content : {"\"text\"", "\"MZ\"", "\"\\xcf\\xfa\\xed\\xfe\"", ""}) {
    expect_silent("entrypoint-not-found", started(content));
    expect_silent("wrong-architecture", started(content));
  }
}

}  // namespace
}  // namespace ocitidy::test
