// Edges of missing-library: which modules count, and what "in the image" means.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "missing-library";
constexpr std::string_view kGlibc =
    "base none\nlayer\nfile lib64/ld-linux-x86-64.so.2 elf64 shared\nfile lib64/libc.so.6 elf64\n";
constexpr std::string_view kMusl = "base none\nlayer\nfile lib/ld-musl-x86_64.so.1 elf64 shared\n";

TEST(MissingLibrary, JudgesModulesThatAnInterpreterImports) {
  for (const std::string_view path : {"var/task/x.abi3.so", "var/task/x.cpython-312-x86_64-linux-gnu.so", "opt/x.node",
                                      "usr/lib/node_modules/a/x.node", "srv/site-packages/a/x.abi3.so"})
    EXPECT_EQ(expect_finds(kRule, cat(kGlibc, "file ", path, " elf64 needs=libgone.so.1\n")).size(), 1u) << path;
  for (const std::string_view path : {"var/task/plugin.so", "var/task/libx.so.1", "usr/lib/x.abi3.so",
                                      "var/task/tests/x.abi3.so", "var/task/.git/x.abi3.so"})
    expect_silent(kRule, cat(kGlibc, "file ", path, " elf64 needs=libgone.so.1\n"));
}

TEST(MissingLibrary, AnyNameAnywhereWillDoForModules) {
  const std::string module = cat(kGlibc, "file var/task/x.abi3.so elf64 needs=libx.so.1\n");
  expect_finds(kRule, module);
  expect_silent(kRule, module + "file srv/libx.so.1 elf64\n");
  expect_silent(kRule, module + "file srv/libx.so.1.2 elf64 soname=libx.so.1\n");
  expect_silent(kRule, module + "symlink srv/libx.so.1 -> /mnt/elsewhere\n");
  expect_silent(kRule, module + "file srv/x elf64\nhardlink srv/libx.so.1 -> srv/x\n");
  expect_finds(kRule, module + "file srv/libx.so.1 elf64\nlayer\nwhiteout srv/libx.so.1\n");
}

TEST(MissingLibrary, LeavesDriversAndTheOtherLibcAlone) {
  expect_silent(kRule, cat(kGlibc, "file var/task/x.abi3.so elf64 needs=libcuda.so.1 needs=libnvidia-ml.so.1\n"));
  expect_silent(kRule, cat(kGlibc, "file var/task/x.node elf64 needs=libc.musl-x86_64.so.1 needs=libgone.so\n"));
  expect_silent(kRule, cat(kMusl, "file var/task/x.node elf64 needs=libc.so.6 needs=libgone.so\n"));
  expect_silent(kRule, cat(kMusl, "file var/task/x.node elf64 needs=libc.musl-x86_64.so.1 needs=libm.so.6\n"));
  expect_silent(kRule, "layer\nfile var/task/x.node elf64 needs=libc.so.6 needs=libm.so.6\n");  // no libc at all
  expect_silent(kRule, cat(kGlibc, "file var/task/x.node elf64-aarch64 needs=libgone.so\n"));
}

TEST(MissingLibrary, NamesThePackage) {
  const auto fix = [](std::string_view library) {
    return expect_finds(kRule, cat(kGlibc, "file opt/x.node elf64 needs=", library, "\n")).front().fix;
  };
  EXPECT_EQ(fix("libpq.so.5"),
            "apt-get install libpq5, or dnf install postgresql-libs, or apk add libpq; psycopg2-binary brings its own");
  EXPECT_NE(fix("libssl.so.1.1").find("rebuild against OpenSSL 3"), std::string::npos);
  EXPECT_NE(fix("libgone.so").find("'libgone.so'"), std::string::npos);
}

TEST(MissingLibrary, ManyAreToldInFewLines) {
  std::string recipe(kGlibc);
  for (int i = 0; i < 25; ++i) recipe += cat("file opt/x", i, ".node elf64 needs=libgone.so needs=libg", i, ".so\n");
  const auto findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 21u);
  EXPECT_EQ(std::ranges::count_if(findings, [](const Finding& f) { return f.message.starts_with("and 6 more"); }), 1);
}

TEST(MissingLibrary, AStartedClientThatCannotLoadIsAnError) {
  const std::string image =
      cat("config entrypoint /usr/bin/python3 -m awslambdaric\n", kGlibc, "file usr/bin/python3 0755 elf64\n",
          "file var/task/runtime_client.cpython-312-x86_64-linux-gnu.so elf64 needs=libgone.so\n");
  EXPECT_EQ(expect_finds(kRule, image).front().severity, Severity::error);
}

TEST(MissingLibrary, IsNotForImagesWithoutElfFiles) {
  expect_not_applicable(kRule, "base none\nlayer\nfile x \"y\"\n");
  expect_not_applicable(
      kRule, cat(kGlibc, "layer absent type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip\n"));
}

constexpr std::string_view kProgram = "file p 0755 elf64 needs=libx.so interp=/lib64/ld-linux-x86-64.so.2\n";
constexpr std::string_view kElsewhere = "file opt/x/libx.so elf64\n";

/// Of the one finding on /p, which `config` starts with the library elsewhere.
std::optional<Severity> severity_of(std::string_view config, std::string_view more = kElsewhere) {
  const auto findings =
      expect_finds(kRule, cat("config ", config, "\n", kGlibc, "file bin/sh 0755 elf64\n", kProgram, more));
  return findings.size() == 1 ? std::optional(findings.front().severity.value_or(Severity::warning)) : std::nullopt;
}

std::optional<Severity> severity_behind(std::string_view script) {
  return severity_of("entrypoint /run.sh", cat(kElsewhere, "file run.sh 0755 \"", script, "\"\n"));
}

TEST(MissingLibrary, IsCertainForProgramsWithTheVariablesOfTheConfig) {
  EXPECT_EQ(severity_of("entrypoint /p"), Severity::error);
  EXPECT_EQ(severity_of("entrypoint /p ; env LD_LIBRARY_PATH=/opt/lib64"), Severity::error);
  EXPECT_EQ(severity_of("entrypoint /p ; env LD_PRELOAD=/opt/x/libx.so"), Severity::warning);
  EXPECT_EQ(severity_of("entrypoint /p ; env LD_LIBRARY_PATH=/mnt/efs"), Severity::warning);
  EXPECT_EQ(severity_of("entrypoint /run.py", cat(kElsewhere, "file run.py 0755 \"#!/p\\n\"\n")), Severity::error);
}

TEST(MissingLibrary, IsInDoubtBehindScriptsThatMaySetTheVariable) {
  EXPECT_EQ(severity_behind("#!/bin/sh\\nexec /p\\n"), Severity::error);
  EXPECT_EQ(severity_behind("#!/bin/sh\\nexport A=1\\nexec /p\\n"), Severity::error);
  EXPECT_EQ(severity_behind("#!/bin/sh\\nexport LD_LIBRARY_PATH=/opt/x\\nexec /p\\n"), Severity::warning);
  EXPECT_EQ(severity_behind("#!/bin/sh\\nexport $(cat /env)\\nexec /p\\n"), Severity::warning);
}

TEST(MissingLibrary, LinksToNowhereAndOtherProcessorsAreNoLibraries) {
  EXPECT_EQ(severity_of("entrypoint /p", "symlink lib64/libx.so -> /opt/libx.so\n"), Severity::error);
  EXPECT_EQ(severity_of("entrypoint /p", "symlink lib64/libx.so -> /mnt/efs/libx.so\n"), Severity::warning);
  EXPECT_EQ(severity_of("entrypoint /p", "file lib64/libx.so elf64-aarch64\n"), Severity::error);
  EXPECT_EQ(severity_of("entrypoint /p", "file lib64/haswell/libx.so elf64\n"), Severity::warning);
}

}  // namespace
}  // namespace ocitidy::test
