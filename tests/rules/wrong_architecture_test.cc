// Edges of wrong-architecture: names, variants, 32-bit programs, and which files are looked at.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "wrong-architecture";

/// A 20-byte ELF32 or ELF64 head for `machine`, as recipe text.
std::string elf_head(int elf_class, std::string_view machine) {
  return cat("\"\\x7fELF\\x0", elf_class, "\\x01\\x01\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x02\\0\\x", machine, "\\0\"");
}

std::string server(std::string_view arch, std::string_view content) {
  return cat("config arch ", arch, " ; entrypoint /server\nlayer\nfile server 0755 ", content, "\n");
}

std::optional<Severity> severity_of_only(std::string_view recipe, LintOptions options = {}) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe, std::move(options));
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? std::nullopt : findings.front().severity;
}

TEST(WrongArchitecture, NamesMachines) {
  EXPECT_EQ(severity_of_only(server("amd64", elf_head(1, "03"))), Severity::warning);  // i386: the kernel may run it
  EXPECT_EQ(severity_of_only(server("arm64", elf_head(1, "28"))), Severity::warning);  // arm
  EXPECT_EQ(severity_of_only(server("amd64", elf_head(1, "28"))), std::nullopt);
  EXPECT_EQ(severity_of_only(server("arm64", elf_head(2, "3e"))), std::nullopt);
  EXPECT_EQ(severity_of_only(server("amd64", elf_head(2, "f3"))), std::nullopt);  // RISC-V
  expect_silent(kRule, server("amd64", elf_head(2, "3e")));
  expect_silent(kRule, server("amd64", "\"#!/nowhere\\n\""));
  expect_silent(kRule, server("amd64", "\"\\x7fEL\""));
}

TEST(WrongArchitecture, KnowsOtherSpellings) {
  EXPECT_EQ(severity_of_only("config arch x86_64"), Severity::warning);
  EXPECT_EQ(severity_of_only("config arch aarch64"), Severity::warning);
  EXPECT_EQ(severity_of_only("config arch AMD64"), std::nullopt);
  expect_silent(kRule, "config arch arm64 ; variant v8");
}

TEST(WrongArchitecture, ComparesWithTheWantedPlatform) {
  LintOptions options;
  options.platform = Platform{.os = "linux", .architecture = "arm64", .variant = ""};
  expect_silent(kRule, "config arch arm64 ; variant v8", options);
  EXPECT_EQ(severity_of_only("config arch amd64", options), std::nullopt);
}

TEST(WrongArchitecture, LooksAtTheBootstrapOfAwsBaseImagesOnly) {
  const std::string files =
      "layer\nfile lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\nfile bin/sh 0755 elf64\n"
      "file var/runtime/bootstrap 0755 elf64-aarch64\n";
  const std::vector<Finding> findings = expect_finds(kRule, "config entrypoint /lambda-entrypoint.sh\n" + files);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.front().where.front().path, "var/runtime/bootstrap");
  expect_silent(kRule, "config entrypoint /bin/sh\n" + files);
}

TEST(WrongArchitecture, TellsOfOneFileOnce) {
  const std::string recipe =
      "config entrypoint /lambda-entrypoint.sh\nlayer\nfile lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\n"
      "file bin/sh 0755 elf64-aarch64\nfile var/runtime/bootstrap 0755 \"#!/bin/sh\\n\"\n";
  EXPECT_EQ(expect_finds(kRule, recipe).size(), 1u);
}

TEST(WrongArchitecture, DoesNotJudgeArtifacts) { expect_not_applicable(kRule, "artifact application/x"); }

TEST(WrongArchitecture, JudgesTheConfigOfAnEmptyImage) { expect_silent(kRule, "base none"); }

TEST(WrongArchitecture, LooksAtTheElfLoader) {
  const std::string image =
      "config entrypoint /p\nbase none\nlayer\nfile p 0755 elf64-x86_64 needs=l.so interp=/lib64/ld-linux-x86-64.so.2\n"
      "file lib64/ld-linux-x86-64.so.2 0755 elf64-";
  expect_silent("wrong-architecture", image + "x86_64 shared\n");
  EXPECT_EQ(expect_finds("wrong-architecture", image + "aarch64 shared\n").size(), 1u);
}

}  // namespace
}  // namespace ocitidy::test
