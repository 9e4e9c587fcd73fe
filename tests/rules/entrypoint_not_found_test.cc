// Edges of entrypoint-not-found: links, PATH, first lines of scripts, and what cannot be judged.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "entrypoint-not-found";

std::string only_message(std::string_view recipe) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? "" : findings.front().message;
}

void expect_says(std::string_view recipe, std::string_view part) {
  const std::string message = only_message(recipe);
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

std::string chain_of_links(int count) {
  std::string recipe = "config entrypoint /l0\nlayer\nfile target 0755 elf64\n";
  for (int i = 0; i < count; ++i) {
    recipe += cat("symlink l", i, " -> ", i + 1 == count ? std::string("target") : cat("l", i + 1), "\n");
  }
  return recipe;
}

TEST(EntrypointNotFound, FollowsAsManyLinksAsLinux) {
  expect_silent(kRule, chain_of_links(39));
  expect_silent(kRule, chain_of_links(40));
  expect_says(chain_of_links(41), "loop of symbolic links");
}

TEST(EntrypointNotFound, SeesLoops) {
  expect_says("config entrypoint /a\nlayer\nsymlink a -> a", "loop of symbolic links");
  expect_says("config entrypoint /a\nlayer\nsymlink a -> b\nsymlink b -> a", "through '/a', '/b', '/a', '/b' and");
}

TEST(EntrypointNotFound, FollowsLinksInsideTheRootOnly) {
  expect_silent(kRule,
                "config entrypoint /bin/sh\nlayer\ndir usr/bin\nsymlink bin -> usr/bin\nfile usr/bin/sh 0755 elf64");
  expect_silent(kRule, "config entrypoint /a/run\nlayer\nsymlink a/run -> ../../../../x\nfile x 0755 elf64");
  expect_silent(kRule, "config entrypoint /a/../x\nlayer\ndir a\nfile x 0755 elf64");
  expect_says("config entrypoint /a/run\nlayer\nsymlink a/run -> /etc/passwd",
              "leads to '/etc/passwd', which does not exist");
}

TEST(EntrypointNotFound, WantsARegularFile) {
  expect_says("config entrypoint /", "is a directory");
  expect_says("config entrypoint /opt/x\nlayer\ndir opt/x", "is a directory");
  expect_says("config entrypoint /opt/x\nlayer\nfifo opt/x", "is no regular file");
  expect_says("config entrypoint /opt/x/y\nlayer\nfile opt/x 0755 elf64", "does not exist");
  expect_says("config entrypoint \"\"", "is empty");
}

TEST(EntrypointNotFound, LooksAtTheMergedTree) {
  expect_says("config entrypoint /x\nlayer\nfile x 0755 elf64\nlayer\nwhiteout x", "does not exist");
  expect_says("config entrypoint /a/x\nlayer\nfile a/x 0755 elf64\nlayer\nopaque a", "does not exist");
  expect_silent(kRule, "config entrypoint /b\nlayer\nfile a 0755 elf64\nhardlink b -> a\nlayer\nwhiteout a");
}

TEST(EntrypointNotFound, SearchesPathAsExecvpDoes) {
  const std::string files = "layer\nfile a/run 0644 elf64\ndir b/run\nfile c/run 0755 elf64\n";
  expect_silent(kRule, "config entrypoint run ; env PATH=/a:/b:/c\n" + files);
  expect_says("config entrypoint run ; env PATH=/a:/b\n" + files, "tried '/a/run' and '/b/run'");
  expect_silent(kRule, "config entrypoint run ; env PATH=/a: ; workdir /c\n" + files);
  expect_silent(kRule, "config entrypoint run ; env PATH=c ; workdir /\n" + files);
  expect_silent(kRule, "config entrypoint run ; env PATH=/a ; env PATH=/c\n" + files);
  expect_says("config entrypoint run ; env PATH=/c ; env PATH=/a\n" + files, "directory of PATH");
}

TEST(EntrypointNotFound, RelativePathsStartAtWorkdir) {
  const std::string files = "layer\nfile srv/app/run 0755 elf64\n";
  expect_silent(kRule, "config entrypoint ./run ; workdir /srv/app\n" + files);
  expect_silent(kRule, "config entrypoint app/run ; workdir /srv/\n" + files);
  expect_silent(kRule, "config entrypoint srv/app/run ; workdir\n" + files);
  expect_says("config entrypoint ./run ; workdir /srv\n" + files, "does not exist");
}

TEST(EntrypointNotFound, AssumedPathIsAWarning) {
  const std::vector<Finding> bare = expect_finds(kRule, "config entrypoint run\nlayer\nfile usr/bin/run 0755 elf64");
  ASSERT_EQ(bare.size(), 1u);
  EXPECT_EQ(bare.front().severity, Severity::warning);
  EXPECT_NE(bare.front().fix.find("'/usr/bin/run'"), std::string::npos);
  const std::vector<Finding> env = expect_finds(kRule,
                                                "config entrypoint /run\nlayer\nfile run 0755 \"#!/bin/env "
                                                "x\\n\"\nfile bin/env 0755 elf64\nfile bin/x 0755 elf64");
  ASSERT_EQ(env.size(), 1u);
  EXPECT_EQ(env.front().severity, Severity::warning);
  expect_says("config entrypoint run\nlayer\nfile opt/run 0755 elf64", "the default PATH (ENV sets none)");
}

std::string script(std::string_view first_line, std::string_view more = "") {
  return cat("config entrypoint /run.sh ; env PATH=/bin\nlayer\nfile run.sh 0755 \"", first_line,
             "\"\nfile bin/sh 0755 elf64\nfile bin/env 0755 elf64\n", more);
}

TEST(EntrypointNotFound, ReadsTheFirstLineAsTheKernelDoes) {
  for (const char* good : {"#!/bin/sh\\n", "#! /bin/sh -e \\n", "#!\\t/bin/sh", "#!/bin/sh", "#!/bin/env sh\\n",
                           "#!/bin/env -S sh -e\\n", "#!/bin/env -S A=b sh\\n", "#!/bin/env A=b\\n",
                           "#!/bin/env -i sh\\n", "no script", "", "#", "echo #!/bin/none\\n"}) {
    SCOPED_TRACE(good);
    expect_silent(kRule, script(good));
  }
  expect_says(script("#!/bin/bash\\n"), "the interpreter '/bin/bash' does not exist");
  expect_says(script("#!sh\\n"), "the interpreter 'sh' does not exist");
  expect_says(script("#!\\n"), "names no interpreter");
  expect_says(script("#!/bin/env bash\\n"), "the interpreter 'bash' that env starts");
  expect_says(script("#!/bin/env sh -e\\n"), "the interpreter 'sh -e' that env starts");
  expect_says(script("#!/bin/env -S node --flag\\n"), "the interpreter 'node' that env starts");
  expect_says(script("#!/bin/sh\\x0d\\n"), "looks for '/bin/sh\\r'");
  expect_says(script("#!/bin/env sh\\x0d\\n"), "ends in CR LF");
}

TEST(EntrypointNotFound, FollowsInterpretersThatAreScripts) {
  const std::string chain = script("#!/bin/one\\n", "file bin/one 0755 \"#!/bin/two\\n\"\n");
  const std::vector<Finding> findings = expect_finds(kRule, chain);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.front().where.front().path, "bin/one");
  expect_silent(kRule, chain + "file bin/two 0755 elf64\n");
  expect_silent(kRule, script("#!/run.sh\\n"));  // names itself: the kernel gives up, but with another error
}

TEST(EntrypointNotFound, SaysWhatItCannotJudge) {
  const std::string foreign = "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n";
  expect_not_applicable(kRule, "artifact application/x");
  expect_not_applicable(kRule, "config os windows");
  expect_not_applicable(kRule, "config entrypoint /x\n" + foreign);
  expect_not_applicable(kRule, "config entrypoint /x\nbase healthy\n" + foreign);
  expect_silent(kRule, "base healthy\n" + foreign);
  expect_says("config entrypoint ; cmd\nbase healthy\n" + foreign, "neither ENTRYPOINT nor CMD");
  expect_says("base none", "does not exist");
}

TEST(EntrypointNotFound, EscapesNames) {
  const std::string message = only_message("config entrypoint \"/\\x1b[2J\\n::error\"");
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace ocitidy::test
