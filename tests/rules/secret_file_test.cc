// Edges of secret-file and deleted-secret: which of the two tells, chains of copies, places, floods.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kFile = "secret-file", kDeleted = "deleted-secret";
constexpr std::string_view kNetrc = "file root/.netrc \"machine h login ci password s3cr3t-word\"\n";

std::string key_at(std::string_view path) {
  return cat("file ", path,
             " \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us\\n",
             "-----END PRIVATE KEY-----\\n\"\n");
}

TEST(SecretFile, OneOfTheTwoTells) {
  const std::string seen = cat("base healthy\nlayer\n", kNetrc);
  EXPECT_EQ(expect_finds(kFile, seen).size(), 1u);
  expect_silent(kDeleted, seen);
  for (const char* hider : {"whiteout root/.netrc", "whiteout root", "opaque root", "dir root/.netrc",
                            "file root/.netrc \"x\"", "symlink root -> opt"}) {
    SCOPED_TRACE(hider);
    const std::string hidden = cat(seen, "layer\n", hider, "\n");
    expect_silent(kFile, hidden);
    const std::vector<Finding> findings = expect_finds(kDeleted, hidden);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].where[0].layer, 1u);
    EXPECT_EQ(findings[0].where[1].layer, 2u);
  }
}

TEST(DeletedSecret, TellsTheLastOfAChainOfCopies) {
  const std::string chain = cat("base healthy\nlayer\n", kNetrc, "layer\n", kNetrc, "layer\n", kNetrc);
  expect_silent(kDeleted, chain);
  const std::vector<Finding> findings = expect_finds(kDeleted, chain + "layer\nwhiteout root/.netrc\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[0].layer, 3u);
}

TEST(DeletedSecret, SeesADoubleInOneLayer) {
  const std::vector<Finding> findings =
      expect_finds(kDeleted, cat("base healthy\nlayer\n", kNetrc, "file root/.netrc \"\"\n"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where[1].layer, 1u);
}

TEST(SecretFile, AHardLinkKeepsItVisible) {
  const std::string linked =
      cat("base healthy\nlayer\n", kNetrc, "hardlink opt/x -> root/.netrc\nlayer\nwhiteout root/.netrc\n");
  EXPECT_EQ(expect_finds(kFile, linked).size(), 1u);
  expect_silent(kDeleted, linked);
}

TEST(SecretFile, GoesByPlace) {
  const auto severity_at = [](std::string_view path) {
    const RuleRun run = run_rule(kFile, image_of(cat("base healthy\nlayer\n", key_at(path))));
    if (run.findings.empty()) return std::string("silent");
    return std::string(severity_name(run.findings.front().severity.value_or(run.rule->severity)));
  };
  for (const char* path :
       {"var/task/k.pem", "root/.ssh/deploy", "etc/ssl/private/server.key", "opt/app/latest/k.pem", "home/a/id_rsa"})
    EXPECT_EQ(severity_at(path), "warning") << path;
  for (const char* path : {"var/task/tests/k.pem", "var/task/docs/k.pem", "usr/lib/x/k.pem",
                           "opt/venv/lib/python3.12/site-packages/p/k.pem"})
    EXPECT_EQ(severity_at(path), "info") << path;
  for (const char* path : {"usr/lib/python3/dist-packages/p/test/k.pem", "var/task/node_modules/p/fixtures/k.pem",
                           "usr/local/go/src/crypto/tls/testdata/k.pem", "var/task/k.txt"})
    EXPECT_EQ(severity_at(path), "silent") << path;
}

TEST(SecretFile, LooksAtTheHeadOnly) {
  const auto behind = [](std::size_t bytes) {
    return cat("base healthy\nlayer\nfile var/task/.env \"#", std::string(bytes - 1, 'x'),
               "\\nA_PASSWORD=b4d0e6f2a8c1\"\n");
  };
  EXPECT_EQ(expect_finds(kFile, behind(16000)).size(), 1u);
  expect_silent(kFile, behind(16384));
}

TEST(SecretFile, BoundsItsFindings) {
  std::string recipe = "base healthy\nlayer\n";
  for (int i = 0; i < 101; ++i) recipe += key_at(cat("var/task/", i, ".pem"));
  const std::vector<Finding> findings = expect_finds(kFile, recipe);
  EXPECT_EQ(findings.size(), 100u);
  EXPECT_TRUE(std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.message.starts_with("and 2 more like these"); }));
}

TEST(SecretFile, SaysWhatItCannotJudge) {
  for (const std::string_view rule : {kFile, kDeleted}) {
    expect_silent(rule, "base none");
    expect_not_applicable(rule, "artifact application/x");
  }
}

}  // namespace
}  // namespace ocitidy::test
