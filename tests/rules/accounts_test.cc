// Edges of empty-password and duplicate-account: links, cut files, lines that are no accounts.
#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/accounts.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

TEST(Accounts, PassesOverWhatIsNone) {
  const auto names = [](std::string_view text, AccountFile file) {
    std::string all;
    for (const Account& account : parse_accounts(text, file)) all += cat(account.name, account.line, " ");
    return all;
  };
  EXPECT_EQ(names("a:x:0:0:::\r\n\n#b:x:1:1:::\n+::::::\n-c::\n:x:2:2:::\nd:x:3\ne:x:4:", AccountFile::passwd),
            "a1 e8 ");
  EXPECT_EQ(names("a:*\nb::\nc:!:1", AccountFile::shadow), "b2 c3 ");
  EXPECT_EQ(names("a:x:1:\nb:x:1", AccountFile::group), "a1 ");
  const auto ids =
      parse_accounts("a:x:4294967295:1:::\nb:x:4294967296:1:::\nc:x:-1:1:::\nd:x::1:::", AccountFile::passwd);
  ASSERT_EQ(ids.size(), 4u);
  EXPECT_EQ(ids[0].id, 4294967295u);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(ids[i].id) << i;
}

TEST(EmptyPassword, ReadsTheUsualPlaceOnly) {
  const std::string accounts = "\"a::1:1:::\\n\"\n";
  EXPECT_EQ(expect_finds("empty-password", cat("base healthy\nlayer\nfile etc/passwd ", accounts)).size(), 1u);
  expect_not_applicable("empty-password", cat("base healthy\nlayer\nfile usr/etc/passwd ", accounts));
  expect_not_applicable("empty-password",
                        cat("base healthy\nlayer\nfile usr/etc/passwd ", accounts, "symlink etc -> usr/etc\n"));
  expect_silent("empty-password",
                cat("base healthy\nlayer\nfile etc/passwd ", accounts, "layer\nfile etc/passwd \"\"\n"));
}

TEST(EmptyPassword, IgnoresTheLineThatWasCut) {
  const auto padded = [](std::size_t bytes) {
    return cat("option profile=generic\nbase healthy\nlayer\nfile etc/shadow \"#", std::string(bytes - 2, 'x'),
               "\\nroot::1:\\n\"\n");
  };
  expect_finds("empty-password", padded(65000));
  expect_silent("empty-password", padded(65536 - 4));
}

TEST(DuplicateAccount, CountsEachKindApart) {
  const auto with = [](std::string_view passwd, std::string_view group) {
    return cat("base healthy\nlayer\nfile etc/passwd \"", passwd, "\"\nfile etc/group \"", group, "\"\n");
  };
  expect_silent("duplicate-account", with("a:x:1:1:::\\nb:x:2:1:::\\n", "a:x:1:\\nb:x:2:\\n"));
  expect_silent("duplicate-account", with("a:x::1:::\\nb:x::1:::\\n", ""));
  EXPECT_EQ(expect_finds("duplicate-account", with("a:x:1:1:::\\nb:x:1:1:::\\n", "a:x:1:\\na:x:2:\\n")).size(), 2u);
}

TEST(DuplicateAccount, SaysWhatItCannotJudge) {
  for (const std::string_view rule : {"empty-password", "duplicate-account"}) {
    expect_not_applicable(rule, "base none");
    expect_not_applicable(rule, "artifact application/x");
    expect_not_applicable(rule, "base healthy\nlayer\ndir etc/passwd\ndir etc/shadow\ndir etc/group");
  }
}

}  // namespace
}  // namespace ocitidy::test
