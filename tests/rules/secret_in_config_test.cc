// Edges of secret-in-config: what is told once, what is never printed, odd variables, floods.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/image_builder.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "secret-in-config";

TEST(SecretInConfig, TellsAVariableAndItsStepOnce) {
  const std::vector<Finding> findings = expect_finds(kRule, R"(
      config env DB_PASSWORD=b4d0e6f2a8c1
      base healthy
      layer by "ENV DB_PASSWORD=b4d0e6f2a8c1"
        file opt/a "a")");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where.front().json_pointer, "/config/Env/0");
  EXPECT_EQ(expect_finds(kRule, "config env A_PASSWORD=b4d0e6f2a8c1 ; env B_PASSWORD=b4d0e6f2a8c1").size(), 2u);
}

TEST(SecretInConfig, NeverPrintsTheCredential) {
  const std::string secret = "b4d0-e6f2-a8c1-77aa";
  for (const std::string& recipe :
       {cat("config env X_TOKEN=", secret), cat("config label x.token=", secret), cat("config cmd --token=", secret),
        cat("base healthy\nlayer by \"RUN X_TOKEN=", secret, " y\"\nfile opt/a \"a\"")}) {
    const Finding finding = expect_finds(kRule, recipe).front();
    EXPECT_EQ(finding.message.find(secret.substr(4)), std::string::npos) << finding.message;
    EXPECT_NE(finding.message.find("(19 bytes, begins with 'b4d0')"), std::string::npos) << finding.message;
    EXPECT_EQ(finding.fix.find("b4d0"), std::string::npos);
  }
}

TEST(SecretInConfig, TakesOddVariables) {
  ImageSpec odd = parse_recipe("").value().image;
  odd.env = {"PASSWORD", "=x", "A_TOKEN=", ""};
  expect_silent(kRule, build_image(odd).image);
  expect_silent(kRule, "config env \"A_PASSWORD=\xff\xfe two\"");
  EXPECT_EQ(expect_finds(kRule, "config env \"A_PASSWORD=\xff\xfe\xfd\xfc\"").size(), 1u);
}

TEST(SecretInConfig, BoundsItsFindings) {
  const auto with = [](int count) {
    std::string recipe = "config";
    for (int i = 0; i < count; ++i) recipe += cat(i == 0 ? " " : " ; ", "env V", i, "_PASSWORD=b4d0e6f2a8c1");
    return recipe;
  };
  EXPECT_EQ(expect_finds(kRule, with(100)).size(), 100u);
  const std::vector<Finding> findings = expect_finds(kRule, with(102));
  EXPECT_EQ(findings.size(), 100u);
  EXPECT_TRUE(std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.message.starts_with("and 3 more like these"); }));
}

TEST(SecretInConfig, EncryptedKeysAreNotes) {
  const std::string body(64, 'b');
  const Finding finding = expect_finds(kRule, cat("config env \"K=-----BEGIN ENCRYPTED PRIVATE KEY-----\\n",
                                                  body.substr(1), "a\\n-----END ENCRYPTED PRIVATE KEY-----\""))
                              .front();
  EXPECT_EQ(finding.severity, Severity::info);
}

TEST(SecretInConfig, SaysWhatItCannotJudge) {
  expect_silent(kRule, "base none");
  expect_not_applicable(kRule, "artifact application/x");
}

}  // namespace
}  // namespace ocitidy::test
