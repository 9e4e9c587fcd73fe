// Edges of empty-password, duplicate-account and root-user: links, cut files, lines that are no accounts.
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

TEST(RootUser, LooksUpTheName) {
  const auto with = [](std::string_view user, std::string_view passwd) {
    return cat("option profile=generic\nconfig user ", user, "\nbase healthy\nlayer\nfile etc/passwd \"", passwd,
               "\"\n");
  };
  const std::vector<Finding> findings = expect_finds("root-user", with("toor:staff", "a:x:1:1:::\\ntoor:x:0:0:::\\n"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("line 2 of '/etc/passwd'"), std::string::npos) << findings[0].message;
  ASSERT_EQ(findings[0].where.size(), 2u);
  EXPECT_EQ(findings[0].where[1].path, "etc/passwd");
  expect_finds("root-user", with("toor", "toor:x:00:0:::\\n"));
  // The first line of a name counts.
  expect_silent("root-user", with("app", "app:x:7:1:::\\napp:x:0:0:::\\n"));
  expect_silent("root-user", with("app", "apps:x:0:0:::\\nap:x:0:0:::\\n"));
  // No number: 4294967296, and nothing at all.
  expect_silent("root-user", with("app", "app:x:4294967296:0:::\\n"));
  expect_silent("root-user", with("app", "app:x::0:::\\n"));
  // Of a name that is a number engines differ; and root stays root.
  expect_silent("root-user", with("7", "7:x:0:0:::\\n"));
  expect_finds("root-user", with("root", "root:x:7:0:::\\n"));
  expect_finds("root-user", with("0", ""));
}

TEST(RootUser, IsSilentWhereThePasswordFileIsNotSeen) {
  const std::string start = "option profile=generic\nconfig user toor\n";
  const std::string passwd = "layer\nfile etc/passwd \"toor:x:0:0:::\\n\"\n";
  expect_silent("root-user", start + "base healthy");
  expect_silent("root-user", start + "base none");
  expect_silent("root-user", cat(start, "base healthy\n", passwd, "layer\nwhiteout etc/passwd\n"));
  expect_finds("root-user", cat(start, "base healthy\n", passwd));
  expect_silent("root-user", cat(start, "base healthy\n", passwd,
                                 "layer type=application/vnd.oci.image.layer.v1.tar+gzip+encrypted bytes=\"x\"\n"));
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
