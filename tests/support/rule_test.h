// rule_test.h - sentences for rule tests: expect_finds("missing-parent-directory", image), expect_silent(...).
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/recipe.h"

namespace ocitidy::test {

/// The image of a recipe. Bad grammar fails the test and throws, since no test can go on without its image.
Image image_of(std::string_view recipe);

/// What `rule` alone says about `image`. An image that cannot be linted fails the test and throws.
RuleRun run_rule(std::string_view rule, const Image& image, LintOptions options = {});

/// Expects at least one finding; returns all, for a closer look.
std::vector<Finding> expect_finds(std::string_view rule, const Image& image, LintOptions options = {});
/// Expects that the rule looked and found nothing.
void expect_silent(std::string_view rule, const Image& image, LintOptions options = {});
/// Expects that the rule had nothing to judge, and says why.
void expect_not_applicable(std::string_view rule, const Image& image, LintOptions options = {});

inline std::vector<Finding> expect_finds(std::string_view rule, std::string_view recipe, LintOptions options = {}) {
  return expect_finds(rule, image_of(recipe), std::move(options));
}
inline void expect_silent(std::string_view rule, std::string_view recipe, LintOptions options = {}) {
  expect_silent(rule, image_of(recipe), std::move(options));
}
inline void expect_not_applicable(std::string_view rule, std::string_view recipe, LintOptions options = {}) {
  expect_not_applicable(rule, image_of(recipe), std::move(options));
}

/// Runs a recipe whole: lints at 1 and at 4 threads (equal JSON), and with each judged rule alone (equal findings), and
/// compares findings with the expect lines. Judged are `rule` and the rules that the recipe names. Returns one line per
/// disagreement; none means that all is well.
std::vector<std::string> recipe_disagreements(std::string_view rule, std::string_view recipe);

}  // namespace ocitidy::test
