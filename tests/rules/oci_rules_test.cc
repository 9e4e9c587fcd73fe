// Edges of the rules of the image-spec: what is grouped, what another rule tells, and what is refused with all its
// faults.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

LintOptions of_profile(Profile profile) {
  LintOptions options;
  options.profile = profile;
  return options;
}

std::string config_labels(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += cat("config label key", i, "=x\n");
  return text;
}

TEST(NonconformingConfig, TellsAFaultThatRepeatsOnce) {
  constexpr std::string_view rule = "nonconforming-config";
  const LintOptions oci = of_profile(Profile::oci);
  EXPECT_EQ(expect_finds(rule, config_labels(3), oci).size(), 3U);
  const std::vector<Finding> four = expect_finds(rule, config_labels(4), oci);
  ASSERT_EQ(four.size(), 1U);
  EXPECT_EQ(four[0].where.size(), 4U);
  const std::vector<Finding> many = expect_finds(rule, config_labels(1000), oci);
  ASSERT_EQ(many.size(), 1U);
  EXPECT_NE(many[0].message.find("and 998 more places"), std::string::npos) << many[0].message;
  EXPECT_EQ(many[0].where.size(), 20U);
  expect_silent(rule, config_labels(4));  // how keys are named is no matter to Lambda
}

TEST(NonconformingConfig, LeavesMissingDiffIdsToTheirRule) {
  expect_silent("nonconforming-config", "config no-rootfs");
  const std::vector<Finding> findings =
      expect_finds("nonconforming-config", "base none\nconfig no-rootfs", of_profile(Profile::oci));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].where.front().json_pointer, "/rootfs");
}

TEST(NonconformingManifest, LeavesMediaTypesOfLayersToLambdasOwnRule) {
  constexpr std::string_view rule = "nonconforming-manifest";
  constexpr std::string_view recipe = "base healthy\nlayer docker\nfile opt/a \"a\"";
  expect_silent(rule, recipe);
  const std::vector<Finding> findings = expect_finds(rule, recipe, of_profile(Profile::oci));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::warning);
  EXPECT_EQ(findings[0].where.front().json_pointer, "manifest#/layers/1/mediaType");
  EXPECT_EQ(expect_finds(rule, recipe, of_profile(Profile::generic))[0].severity, Severity::info);
}

TEST(NonconformingManifest, JudgesAnEmptyImageByTheSchema) {
  const std::vector<Finding> findings = expect_finds("nonconforming-manifest", "base none", of_profile(Profile::oci));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_NE(findings[0].message.find("/layers is empty"), std::string::npos) << findings[0].message;
}

TEST(NonconformingIndex, LooksIntoEachIndexOnce) {
  LintOptions options = of_profile(Profile::oci);
  const std::vector<Finding> findings = expect_finds(
      "nonconforming-index", "index nested\nreplace index 'schemaVersion\":2' 'schemaVersion\":4'", options);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_TRUE(findings[0].where.front().json_pointer.starts_with("index@sha256:")) << findings[0].message;
}

TEST(MismatchedHistory, CountsStepsThatMadeLayers) {
  constexpr std::string_view rule = "mismatched-history";
  const std::string two = "base healthy\nlayer\nfile opt/a \"a\"\n";
  expect_silent(rule, two);
  EXPECT_EQ(expect_finds(rule, two + R"(replace config '"history":[{' '"history":[{"empty_layer":true,')").size(), 1U);
  EXPECT_EQ(expect_finds(rule, two + R"(replace config '"history":[' '"history":[{},')").size(), 1U);
  expect_silent(rule, two + R"(replace config '"history":[' '"history":[{"empty_layer":true},')");
  expect_not_applicable(rule, "artifact application/x");
}

TEST(MismatchedPlatform, TakesAVariantThatIsNotStatedForAgreement) {
  constexpr std::string_view rule = "mismatched-platform";
  expect_silent(rule, R"(index
config arch arm ; variant v7
replace index ',"variant":"v7"' '')");
  expect_silent(rule, R"(index
config arch arm64
replace index '"arm64"' '"arm64","variant":"v8"')");
  EXPECT_EQ(expect_finds(rule, R"(index
replace index '"os":"linux"' '"os":"windows"')")
                .size(),
            1U);
}

TEST(DuplicateMember, GroupsByDirectory) {
  std::string recipe = "base healthy\nlayer\n";
  for (int i = 0; i < 1000; ++i)
    recipe += cat("file opt/", i % 10, "/f", i, " \"a\"\nfile opt/", i % 10, "/f", i, " \"b\"\n");
  const std::vector<Finding> findings = expect_finds("duplicate-member", recipe);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_NE(findings[0].message.find("1000 members of layer 1"), std::string::npos) << findings[0].message;
  EXPECT_LE(findings[0].where.size(), 20U);
  EXPECT_EQ(findings[0].where.front().layer, 1U);
}

TEST(DuplicateMember, CountsDirectoriesAndLinksToo) {
  EXPECT_EQ(
      expect_finds("duplicate-member", "base healthy\nlayer\ndir opt\nsymlink opt/l -> a\nsymlink opt/l -> b\ndir opt")
          .size(),
      2U);
  expect_silent("duplicate-member", "base healthy\nlayer\nfile opt/a \"a\"\nhardlink opt/b -> opt/a");
}

TEST(EscapingMember, TellsDotsInNamesFromDotsThatClimb) {
  expect_silent("escaping-member",
                "base healthy\nlayer\nfile opt/..a \"x\"\nfile opt/a.. \"x\"\nsymlink opt/l -> ../../x");
  const std::vector<Finding> findings = expect_finds("escaping-member", "base healthy\nlayer bare\nfile /../x \"x\"");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::warning);
}

TEST(DanglingWhiteout, SaysNothingAboveALayerThatCannotBeRead) {
  expect_not_applicable(
      "dangling-whiteout",
      "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar absent\nlayer\nwhiteout opt/a");
}

TEST(TrailingBytes, PassesOverPadding) {
  expect_silent("trailing-bytes", "layer none trailing=\"\\0\\0\\0\"\nfile opt/a \"a\"");
  EXPECT_EQ(expect_finds("trailing-bytes", "layer none trailing=\"\\0a\\0\"\nfile opt/a \"a\"").size(), 1U);
}

/// What lint() says about an image that it refuses.
std::string refusal(std::string_view recipe) {
  const auto report = lint(image_of(recipe), LintOptions{});
  EXPECT_FALSE(report) << "the image was linted";
  return report ? std::string() : describe(report.error());
}

TEST(Refusals, TellOfEveryFaultOfTheDocument) {
  const std::string config = refusal(R"(replace config '"os":"linux"' '"os":7'
replace config '"created":"2024' '"created":"x2024')");
  EXPECT_NE(config.find("/os is"), std::string::npos) << config;
  EXPECT_NE(config.find("/created is the string 'x2024"), std::string::npos) << config;
  const std::string manifest = refusal(R"(replace manifest '"schemaVersion":2' '"schemaVersion":"two"'
replace manifest '"layers":[{' '"layers":[{"urls":7,')");
  EXPECT_NE(manifest.find("/schemaVersion is the string 'two'"), std::string::npos) << manifest;
  EXPECT_NE(manifest.find("/layers/0/urls"), std::string::npos) << manifest;
}

TEST(Refusals, TellOfBothDocumentsThatDoNotFit) {
  const std::string text = refusal(R"(base healthy
layer
file opt/a "a"
replace config '"diff_ids":["' '"diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000000","'
replace config '"created":"2024' '"created":"x2024'
replace manifest '"schemaVersion":2' '"schemaVersion":"two"')");
  EXPECT_NE(text.find("3 DiffIDs for 2 layers"), std::string::npos) << text;
  EXPECT_NE(text.find("in the manifest: /schemaVersion"), std::string::npos) << text;
  EXPECT_NE(text.find("in the config: /created"), std::string::npos) << text;
}

TEST(Refusals, TellOfMembersThatStandTwice) {
  const std::string text = refusal(R"(replace config '"os":"linux"' '"os":"linux","os":"windows"'
replace config '"created":"2024' '"created":"x2024')");
  EXPECT_NE(text.find("stands twice"), std::string::npos) << text;
  EXPECT_NE(text.find("/created"), std::string::npos) << text;
}

}  // namespace
}  // namespace ocitidy::test
