// Edges of privileged-file: bits that count, bits that do not, and how many are named.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "privileged-file";

TEST(PrivilegedFile, KnowsWhichBitsCount) {
  for (const char* mode : {"04755", "02755", "06711", "04100", "02001"}) {
    SCOPED_TRACE(mode);
    EXPECT_EQ(expect_finds(kRule, cat("base healthy\nlayer\nfile opt/x ", mode, " elf64")).size(), 1u);
  }
  for (const char* mode : {"0755", "01755", "04644", "02640"}) {
    SCOPED_TRACE(mode);
    expect_silent(kRule, cat("base healthy\nlayer\nfile opt/x ", mode, " elf64"));
  }
  expect_silent(kRule, "base healthy\nlayer\ndir opt/x 06777\nsymlink opt/y -> x");
}

TEST(PrivilegedFile, SeesWhatIsVisibleOnly) {
  const std::string set = "base healthy\nlayer\nfile opt/x 04755 elf64\n";
  expect_silent(kRule, set + "layer\nwhiteout opt/x");
  expect_silent(kRule, set + "layer\nfile opt/x 0755 elf64");
  EXPECT_EQ(expect_finds(kRule, set + "layer\nfile opt/y 04755 elf64").size(), 2u);
}

TEST(PrivilegedFile, NamesFiveOfALayer) {
  std::string recipe = "base healthy\nlayer\nfile bin/su 04755 elf64\n";
  for (int i = 0; i < 5; ++i) recipe += cat("file opt/x", i, " 04755 elf64\n");
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("6 programs run"), std::string::npos) << findings[0].message;
  EXPECT_NE(findings[0].message.find("'/opt/x4' (setuid root) and 1 more"), std::string::npos) << findings[0].message;
  EXPECT_EQ(findings[0].where.front().path, "opt/x0");
}

}  // namespace
}  // namespace ocitidy::test
