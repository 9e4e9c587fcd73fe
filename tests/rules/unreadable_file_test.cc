// Edges of unreadable-file: bits, closed directories, where functions keep files, and grouping.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "unreadable-file";

std::string many_files(int count, std::string_view mode) {
  std::string recipe = "base healthy\nlayer\n";
  for (int i = 0; i < count; ++i) recipe += cat("file var/task/d", i % 3, "/f", i, " ", mode, " size=10\n");
  return recipe;
}

TEST(UnreadableFile, GroupsWhereFilesAreMany) {
  EXPECT_EQ(expect_finds(kRule, many_files(20, "0600")).size(), 20u);
  const std::vector<Finding> grouped = expect_finds(kRule, many_files(21, "0600"));
  ASSERT_EQ(grouped.size(), 3u);
  EXPECT_EQ(grouped[0].where[0].path, "var/task/d0");
  EXPECT_NE(grouped[0].message.find("7 files (70 B) below '/var/task/d0' lack o+r"), std::string::npos)
      << grouped[0].message;
  expect_silent(kRule, many_files(21, "0604"));
}

TEST(UnreadableFile, TellsOfAClosedDirectoryOnce) {
  const std::vector<Finding> findings =
      expect_finds(kRule,
                   "base healthy\nlayer\ndir var/task/a 0710\ndir var/task/a/b 0700\nfile var/task/a/b/c 0600 "
                   "size=1k\nfile var/task/a/d size=1k");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[0].path, "var/task/a");
  EXPECT_NE(findings[0].message.find("2 files of the function (2.0 KiB)"), std::string::npos) << findings[0].message;
  expect_silent(kRule, "base healthy\nlayer\ndir var/task/a 0700\ndir var/task/a/empty 0700");
}

TEST(UnreadableFile, KnowsWhereFunctionsKeepFiles) {
  const std::string secret = "0600 \"x\"\n";
  for (const char* path : {"var/task/x", "opt/x", "var/runtime/x", "srv/app/x", "usr/lib/python3/dist-packages/p/x",
                           "anywhere/node_modules/p/x"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(expect_finds(kRule, cat("config workdir /srv/app\nbase healthy\nlayer\nfile ", path, " ", secret)).size(),
              1u);
  }
  for (const char* path : {"etc/shadow", "srv/x", "srv/application/x", "usr/lib/x", "root/.npm/_npx/node_modules/x",
                           "opt/.git/config", "optional/x", "var/tasks/x"}) {
    SCOPED_TRACE(path);
    expect_silent(kRule, cat("config workdir /srv/app\nbase healthy\nlayer\nfile ", path, " ", secret));
  }
}

TEST(UnreadableFile, FollowsAWorkdirThatIsALink) {
  const std::string files =
      "base healthy\nlayer\nfile data/app/x 0600 \"x\"\nsymlink app -> data/app\nsymlink os -> etc\nfile etc/y 0600 "
      "\"y\"\n";
  EXPECT_EQ(expect_finds(kRule, "config workdir /app\n" + files).size(), 1u);
  expect_silent(kRule, "config workdir /os\n" + files);
  expect_silent(kRule, "config workdir /nowhere\n" + files);
}

TEST(UnreadableFile, WantsListingForPythonAndJava) {
  const std::string directory = "base healthy\nlayer\ndir var/task/lib 0711\n";
  EXPECT_EQ(expect_finds(kRule, directory + "file var/task/lib/a.py \"x\"\nfile var/task/lib/b.py \"x\"").size(), 1u);
  EXPECT_EQ(expect_finds(kRule, directory + "file var/task/lib/a.jar \"x\"").size(), 1u);
  expect_silent(kRule, directory + "file var/task/lib/a.js \"x\"");
}

TEST(UnreadableFile, JudgesTheStartByEveryStep) {
  const std::string links =
      "config entrypoint /go/run\nbase healthy\nlayer\ndir closed 0700\nsymlink closed/run -> /app/run\n"
      "symlink go -> closed\nfile app/run 0755 elf64\n";
  const std::vector<Finding> findings = expect_finds(kRule, links);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[0].path, "closed");
  EXPECT_EQ(findings[0].severity, Severity::error);
  expect_silent(kRule, "config entrypoint /app/run\nbase healthy\nlayer\nfile app/run 0711 elf64");
  expect_silent(kRule, "config entrypoint /opt/run\nbase healthy\nlayer\nfile opt/run 0711 elf64");
  expect_finds(kRule, "config entrypoint /app/run\nbase healthy\nlayer\nfile app/run 0711 \"#!/app/run\\n\"");
}

TEST(UnreadableFile, JudgesTheBootstrapOfAwsBaseImages) {
  const std::vector<Finding> findings =
      expect_finds(kRule,
                   "config entrypoint /lambda-entrypoint.sh\nlayer\nfile lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\n"
                   "file bin/sh 0755 elf64\nfile var/runtime/bootstrap 0700 elf64");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[0].path, "var/runtime/bootstrap");
  EXPECT_EQ(findings[0].severity, Severity::error);
}

TEST(UnreadableFile, IsUnsureAboutTheRootDirectory) {
  const std::vector<Finding> findings = expect_finds(kRule, "base healthy\nlayer\ndir . 0700");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::warning);
  EXPECT_NE(findings[0].message.find("'/'"), std::string::npos) << findings[0].message;
}

TEST(UnreadableFile, TakesTheModeThatIsVisible) {
  expect_silent(kRule, "base healthy\nlayer\nfile var/task/x 0600 \"x\"\nlayer\nfile var/task/x 0644 \"x\"");
  expect_silent(kRule, "base healthy\nlayer\nfile var/task/x 0600 \"x\"\nlayer\nwhiteout var/task/x");
  EXPECT_EQ(expect_finds(kRule, "base healthy\nlayer\ndir var/task 0750\n").size(), 1u);
}

/// A Python function whose handler lies in /app, and more lines.
std::string python_function(std::string_view more) {
  return cat(
      "config entrypoint /usr/bin/python3 -m awslambdaric ; cmd app.handler ; workdir /app\nlayer\n"
      "file usr/bin/python3 0755 elf64\n",
      more, "\n");
}

TEST(UnreadableFile, KnowsWhatPythonNeeds) {
  const auto severity = [](std::string_view more) {
    const std::vector<Finding> findings = expect_finds(kRule, python_function(more));
    return findings.at(0).severity.value_or(Severity::warning);
  };
  EXPECT_EQ(severity("file app/app.py 0600 \"def handler(e, c): pass\""), Severity::error);
  EXPECT_EQ(severity("file app/app.py 0640 uid=993 \"def handler(e, c): pass\""), Severity::warning);
  // Bytecode of a source of 5 bytes from second 16: magic of 3.11, no flags, time, size.
  const auto with_bytecode = [&](std::string_view mode, std::string_view size) {
    return severity(cat("file app/app.py 0600 mtime=16 \"x = 1\"\nfile app/__pycache__/app.cpython-311.pyc ", mode,
                        " \"\\xa7\\x0d\\x0d\\x0a\\0\\0\\0\\0\\x10\\0\\0\\0", size, "\\0\\0\\0\""));
  };
  EXPECT_EQ(with_bytecode("0644", "\\x05"), Severity::warning);
  EXPECT_EQ(with_bytecode("0644", "\\x06"), Severity::error) << "stale";
  EXPECT_EQ(with_bytecode("0600", "\\x05"), Severity::error);
  EXPECT_EQ(severity("dir app/awslambdaric 0700\nfile app/awslambdaric/__main__.py \"x\""), Severity::error);
  EXPECT_EQ(severity("dir usr/lib/python3.11 0700\nfile usr/lib/python3.11/encodings/__init__.py \"x\""),
            Severity::error);
}

TEST(UnreadableFile, ScriptsThatInterpretersStartAreNeeded) {
  const auto function = [](std::string_view more) {
    return cat("config entrypoint /bin/node b.mjs ; workdir /app\nlayer\nfile bin/node 0755 elf64\n", more, "\n");
  };
  const auto severity = [&](std::string_view more) {
    return expect_finds(kRule, function(more)).at(0).severity.value_or(Severity::warning);
  };
  EXPECT_EQ(severity("file app/b.mjs 0600 \"x\""), Severity::error);
  EXPECT_EQ(severity("dir srv 0700\nfile srv/b.mjs \"x\"\nsymlink app/b.mjs -> /srv/b.mjs"), Severity::error);
  EXPECT_EQ(severity("file app/b.mjs \"x\"\nfile app/c.mjs 0600 \"x\""), Severity::warning);
  expect_silent(kRule, function("file app/b.mjs 0600 uid=993 \"x\""));
}

TEST(UnreadableFile, IsUnsureWhichOfTwoCopiesCounts) {
  EXPECT_EQ(expect_finds(kRule, python_function("file app/awslambdaric/__main__.py 0600 \"x\"\n"
                                                "file opt/python/awslambdaric/__main__.py \"x\""))
                .at(0)
                .severity.value_or(Severity::warning),
            Severity::warning);
}

TEST(UnreadableFile, SaysWhatItCannotJudge) {
  expect_not_applicable(kRule, "artifact application/x");
  expect_silent(kRule, "base none");
}

TEST(UnreadableFile, LooksAtWhatTheLoaderOpens) {
  const std::string program =
      "config entrypoint /p ; env LD_LIBRARY_PATH=/srv/l\nbase none\nlayer\n"
      "file p 0755 elf64 needs=l.so interp=/lib64/ld-linux-x86-64.so.2\n";
  const auto errors = [&](std::string_view more) {
    return std::ranges::count(expect_finds("unreadable-file", program + std::string(more)), Severity::error,
                              &Finding::severity);
  };
  constexpr std::string_view kLoader = "file lib64/ld-linux-x86-64.so.2 0755 elf64 shared\n";
  EXPECT_EQ(errors("file lib64/ld-linux-x86-64.so.2 0644 elf64 shared\nfile lib/l.so elf64\n"), 1);
  EXPECT_EQ(errors(cat(kLoader, "file lib/l.so 0640 elf64\n")), 1);
  EXPECT_EQ(errors(cat(kLoader, "dir srv/l 0700\nfile srv/l/l.so elf64\n")), 1);
  expect_silent("unreadable-file",
                cat(program, kLoader, "dir srv/l 0700\nfile srv/l/l.so elf64\nfile lib/l.so elf64\n"));
}

}  // namespace
}  // namespace ocitidy::test
