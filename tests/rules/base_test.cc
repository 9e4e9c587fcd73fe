// base_test.cc - what lies in the base is marked, comes last and does not fail a lint; and which rules a profile runs.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

/// The same fault in layer 0 and in layer 1.
constexpr std::string_view kTwoFaults = R"(
  layer bare
    file a/x 0644
  layer bare
    file b/x 0644
)";

Report lint_of(const Image& image, LintOptions options) { return lint(image, options).value(); }

LintOptions only(std::string_view rule, std::optional<std::uint32_t> base) {
  LintOptions options;
  options.select = {std::string(rule)};
  options.base.layers = base;
  return options;
}

TEST(Base, FindingsInsideItAreInherited) {
  const Report report = lint_of(image_of(kTwoFaults), only("missing-parent-directory", 1));
  const auto& findings = report.runs.at(0).findings;
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_FALSE(findings[0].inherited);
  EXPECT_EQ(findings[0].where.front().layer, 1u);
  EXPECT_TRUE(findings[1].inherited);  // own ones come first
  EXPECT_EQ(report.count(Severity::error), 2u);
  EXPECT_TRUE(report.fails(Severity::error));
}

TEST(Base, InheritedFindingsDoNotFail) {
  EXPECT_FALSE(lint_of(image_of(kTwoFaults), only("missing-parent-directory", 2)).fails(Severity::info));
  EXPECT_TRUE(lint_of(image_of(kTwoFaults), only("missing-parent-directory", 0)).fails(Severity::error));
}

TEST(Base, MustFitTheImage) { EXPECT_FALSE(lint(image_of(kTwoFaults), only("missing-parent-directory", 3))); }

TEST(Base, AGuessTakesNoErrorAway) {
  Report report = lint_of(image_of(kTwoFaults), only("missing-parent-directory", 2));
  report.base.trust = BaseLayers::Trust::guessed;
  EXPECT_TRUE(report.fails(Severity::error));
  for (Finding& finding : report.runs.at(0).findings) finding.severity = Severity::warning;
  EXPECT_FALSE(report.fails(Severity::warning));
}

TEST(Profile, RunsItsOwnRulesOnly) {
  for (const Profile profile : {Profile::lambda, Profile::oci, Profile::generic}) {
    LintOptions options;
    options.profile = profile;
    const Report report = lint_of(image_of(""), options);
    EXPECT_EQ(report.profile, profile);
    const auto expected =
        std::ranges::count_if(all_rules(), [&](const Rule* rule) { return rule->info.profiles.has(profile); });
    EXPECT_EQ(report.runs.size(), static_cast<std::size_t>(expected));
    EXPECT_TRUE(std::ranges::all_of(report.runs, [&](const RuleRun& run) { return run.rule->profiles.has(profile); }));
  }
}

TEST(Profile, EveryRuleBelongsToOne) {
  for (const Rule* rule : all_rules()) EXPECT_NE(rule->info.profiles.bits, 0) << rule->info.id;
}

TEST(Profile, SelectReachesBeyondIt) {
  LintOptions options = only("image-index", {});
  options.profile = Profile::oci;
  EXPECT_EQ(lint_of(image_of(""), options).runs.size(), 1u);
}

}  // namespace
}  // namespace ocitidy::test
