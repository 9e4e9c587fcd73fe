// Edges of broken-extension: links, empty files, many files, and what cannot be judged.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "broken-extension";

std::string with(std::string_view members) { return cat("base healthy\nlayer\n", members, "\n"); }

void expect_says(std::string_view members, std::string_view part) {
  const std::vector<Finding> findings = expect_finds(kRule, with(members));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings.front().message.find(part), std::string::npos) << findings.front().message;
}

TEST(BrokenExtension, LooksAtTheFolderItself) {
  expect_silent(kRule,
                with("file opt/extensions/a 0755 elf64\nfile opt/extensions/conf/b 0644 \"x\"\nfile opt/c \"x\""));
  expect_not_applicable(kRule, with("dir opt/extensions"));
  expect_not_applicable(kRule, with("file opt/extensions \"x\""));
  expect_not_applicable(kRule, with("file opt/extensions/a \"x\"\nlayer\nwhiteout opt/extensions/a"));
  // The folder may be a link; its files are found where they lie.
  const std::vector<Finding> linked =
      expect_finds(kRule, with("dir opt\nsymlink opt/extensions -> ../ext\nfile ext/a 0644 elf64"));
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_EQ(linked.front().where.front().path, "ext/a");
}

TEST(BrokenExtension, IsOffWhenExtensionsAre) {
  expect_not_applicable(kRule, with("file opt/extensions/a \"x\"\nfile opt/disable-extensions-jwigqn8j \"\""));
}

TEST(BrokenExtension, WantsTheBitForOthers) {
  for (const char* mode : {"0644", "0750", "0754", "0110"}) {
    SCOPED_TRACE(mode);
    expect_says(cat("file opt/extensions/a ", mode, " elf64"), "lacks o+x");
  }
  expect_silent(kRule, with("file opt/extensions/a 0001 elf64"));
}

TEST(BrokenExtension, FollowsLinks) {
  expect_says("symlink opt/extensions/a -> a", "loop");
  expect_says("symlink opt/extensions/a -> ../x\nfile opt/x 0644 elf64", "lacks o+x");
  expect_says("fifo opt/extensions/a 0755", "no regular file");
}

TEST(BrokenExtension, FollowsInterpreters) {
  expect_says("file opt/extensions/a 0755 \"#!/usr/bin/env python3\\n\"\nfile usr/bin/env 0755 elf64",
              "names 'python3', which is not in the image");
  expect_says("file opt/extensions/a 0755 \"#!/bin/sh\\n\"\nfile bin/sh 0755 elf64-aarch64",
              "is started by '/bin/sh', which");
  expect_silent(kRule, with("file opt/extensions/a 0755 \"#!/bin/sh\\n\"\nfile bin/sh 0755 elf64"));
}

TEST(BrokenExtension, ClaimsNoAbsenceBesideAnUnreadLayer) {
  const std::string absent = "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n";
  expect_silent(kRule, with("file opt/extensions/a 0755 \"#!/bin/sh\\n\"") + absent);
  expect_finds(kRule, with("file opt/extensions/a 0644 elf64") + absent);
}

TEST(BrokenExtension, CountsWhatItDoesNotName) {
  std::string members;
  for (int i = 0; i < 25; ++i) members += cat("file opt/extensions/e", 10 + i, " \"x\"\n");
  const std::vector<Finding> findings = expect_finds(kRule, with(members));
  EXPECT_EQ(findings.size(), 21u);
}

TEST(BrokenExtension, LooksAtWhatTheLoaderFinds) {
  const std::string image =
      "layer\nfile opt/extensions/e 0755 elf64 needs=l.so interp=/lib64/ld-linux-x86-64.so.2\n"
      "file lib64/ld-linux-x86-64.so.2 ";
  expect_silent("broken-extension", image + "0755 elf64 shared\nfile lib64/l.so elf64\n");
  for (const std::string_view more :
       {"0755 elf64 shared\nfile opt/l.so elf64\n", "0755 elf64 shared\nfile lib64/l.so 0600 elf64\n",
        "0644 elf64 shared\nfile lib64/l.so elf64\n", "0755 elf64-aarch64 shared\nfile lib64/l.so elf64-x86_64\n"})
    EXPECT_EQ(expect_finds("broken-extension", image + std::string(more)).size(), 1u) << more;
}

}  // namespace
}  // namespace ocitidy::test
