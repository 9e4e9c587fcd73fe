// Edges of missing-elf-interpreter: which programs are looked at, and what counts as a loader.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "missing-elf-interpreter";
constexpr std::string_view kGlibc = "interp=/lib64/ld-linux-x86-64.so.2";

std::string server(std::string_view words, std::string_view more = "") {
  return cat("config entrypoint /server\nbase none\nlayer\nfile server 0755 ", words, "\n", more, "\n");
}

std::string fix_of(std::string_view recipe) {
  const auto findings = expect_finds(kRule, recipe);
  return findings.empty() ? "" : findings.front().fix;
}

TEST(MissingElfInterpreter, NamesTheOtherLibc) {
  EXPECT_NE(fix_of(server(cat("elf64 ", kGlibc), "file lib/ld-musl-x86_64.so.1 elf64")).find("has musl"),
            std::string::npos);
  EXPECT_NE(fix_of(server("elf64 interp=/lib/ld-musl-x86_64.so.1", "file lib64/ld-linux-x86-64.so.2 elf64"))
                .find("has glibc"),
            std::string::npos);
  EXPECT_NE(fix_of(server("elf64 interp=/nix/store/x/ld.so")).find("nix"), std::string::npos);
  EXPECT_NE(fix_of(server(cat("elf64 ", kGlibc))).find("statically"), std::string::npos);
}

TEST(MissingElfInterpreter, WantsAFile) {
  expect_silent(kRule,
                server(cat("elf64 ", kGlibc), "symlink lib64 -> usr/lib\nfile usr/lib/ld-linux-x86-64.so.2 elf64"));
  expect_finds(kRule, server(cat("elf64 ", kGlibc), "dir lib64/ld-linux-x86-64.so.2"));
  expect_finds(kRule, server(cat("elf64 ", kGlibc), "symlink lib64 -> nowhere"));
}

TEST(MissingElfInterpreter, LeavesTheRestAlone) {
  expect_silent(kRule, server("elf64"));
  expect_silent(kRule, server("elf64 needs=libc.so.6"));
  expect_silent(kRule, server(cat("elf64-aarch64 ", kGlibc)));  // wrong-architecture
  expect_not_applicable(kRule, server("\"#!/nowhere\\n\""));
  expect_not_applicable(kRule, "base none");
  expect_silent(kRule, server("elf64", cat("file other 0755 elf64 ", kGlibc)));
}

TEST(MissingElfInterpreter, LooksAtWhatScriptsStart) {
  EXPECT_EQ(expect_finds(
                kRule, cat("config entrypoint /run.sh\nbase none\nlayer\nfile run.sh 0755 \"#!/bin/sh\\nexec /p\\n\"\n",
                           "file bin/sh 0755 elf64\nfile p 0755 elf64 ", kGlibc))
                .size(),
            1u);
}

TEST(MissingElfInterpreter, ClaimsNothingAboutLayersThatAreAbsent) {
  expect_not_applicable(
      kRule,
      server(cat("elf64 ", kGlibc), "layer absent type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"));
}

}  // namespace
}  // namespace ocitidy::test
