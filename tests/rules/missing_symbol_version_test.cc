// Edges of missing-symbol-version: what the loader compares, and which library it compares with.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "missing-symbol-version";

std::string program(std::string_view words, std::string_view libraries) {
  return cat("config entrypoint /p\nbase none\nlayer\nfile lib64/ld-linux-x86-64.so.2 elf64 shared\n",
             "file p 0755 elf64 needs=liba.so interp=/lib64/ld-linux-x86-64.so.2 ", words, "\n", libraries, "\n");
}

TEST(MissingSymbolVersion, ComparesWithTheLibraryThatIsFound) {
  EXPECT_EQ(expect_finds(kRule, program("version=liba.so:A_2", "file lib/liba.so elf64 defines=A_1")).front().severity,
            Severity::error);
  expect_silent(kRule, program("version=liba.so:A_2", "file lib/liba.so elf64 defines=A_1 defines=A_2"));
  expect_silent(kRule, program("weak-version=liba.so:A_2", "file lib/liba.so elf64 defines=A_1"));
  expect_silent(kRule, program("version=liba.so:A_2", "file lib/liba.so elf64 shared"));
  expect_silent(kRule, program("version=liba.so:A_2", ""));  // missing-library
  expect_silent(kRule, program("version=libb.so:A_2", "file lib/liba.so elf64 defines=A_1"));
}

TEST(MissingSymbolVersion, DoubtsWhenAnotherLibraryHasIt) {
  const auto findings = expect_finds(
      kRule, program("version=liba.so:A_2", "file lib/liba.so elf64 defines=A_1\nfile opt/liba.so elf64 defines=A_2"));
  EXPECT_EQ(findings.front().severity, std::nullopt);
}

TEST(MissingSymbolVersion, TellsOfOneLibraryOnce) {
  const auto findings = expect_finds(kRule, program("version=liba.so:A_2 version=liba.so:A_3 version=liba.so:A_1",
                                                    "file lib/liba.so elf64 soname=liba.so defines=A_1"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("needs A_2 and A_3 of '/lib/liba.so'"), std::string::npos) << findings[0].message;
}

TEST(MissingSymbolVersion, IsNotForMusl) {
  expect_not_applicable(kRule,
                        "config entrypoint /p\nbase none\nlayer\nfile lib/ld-musl-x86_64.so.1 elf64 shared\n"
                        "file p 0755 elf64 needs=liba.so version=liba.so:A_2 interp=/lib/ld-musl-x86_64.so.1\n"
                        "file lib/liba.so elf64 defines=A_1\n");
}

TEST(MissingSymbolVersion, ModulesMayFindAnyLibraryOfTheName) {
  const std::string module =
      "layer\nfile var/task/x.abi3.so elf64 version=liba.so:A_2\nfile lib/liba.so elf64 defines=A_1\n";
  expect_finds(kRule, module);
  expect_silent(kRule, module + "file srv/liba.so.2 elf64 soname=liba.so defines=A_2\n");
  expect_silent(kRule, "layer\nfile var/task/libx.so elf64 version=liba.so:A_2\nfile lib/liba.so elf64 defines=A_1\n");
}

}  // namespace
}  // namespace ocitidy::test
