// fixed_by_test.cc - what a rule's page says of Fixed by: the pass, run alone over the images of the page's Bad
// recipes, takes the rule's findings away. Comment lines of a Bad recipe say where that is not all:
//   # not repaired: REASON          the pass leaves every finding of this image
//   # repaired in part: REASON      it leaves some of them
//   # optimize: WORD ...            what the pass must be asked for besides, in the words of pass_recipe.h
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.h"
#include "support/doc_page.h"
#include "support/pass_test.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

std::vector<const Rule*> repairable_rules() {
  std::vector<const Rule*> rules;
  std::ranges::copy_if(all_rules(), std::back_inserter(rules), [](const Rule* r) { return !r->info.fixed_by.empty(); });
  return rules;
}

/// What follows "# KEY:" on a line of its own; none when no line says so.
std::optional<std::string> comment_of(std::string_view recipe, std::string_view key) {
  const std::string mark = cat("# ", key, ":");
  std::size_t at = recipe.find(mark);
  while (at != std::string_view::npos && at != 0 && recipe[at - 1] != '\n') at = recipe.find(mark, at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = recipe.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find('\n')));
}

struct Repair {
  std::size_t before = 0, after = 0;
  std::string left;  ///< the findings after
};

std::vector<Finding> findings_of(const RuleInfo& rule, const Image& image, const LintOptions& options) {
  const RuleRun run = run_rule(rule.id, image, options);
  return run.findings;
}

/// Optimizes the recipe's image with the rule's pass alone, every layer touchable, and lints before and after.
std::optional<Repair> repair(const RuleInfo& rule, const std::string& recipe) {
  const auto parsed = parse_recipe(recipe);
  const std::string words = comment_of(recipe, "optimize").value_or("");
  const auto wanted = parse_pass_recipe(cat("optimize touch-base pass=", rule.fixed_by, " ", words, "\n"));
  if (!parsed || !wanted) {
    ADD_FAILURE() << describe((parsed ? wanted.error() : parsed.error()));
    return std::nullopt;
  }
  const Image image = build_image(parsed->image).image;
  OptimizeOptions options = wanted->options;
  options.platform = parsed->options.platform;
  MemoryImageWriter writer(wanted->to);
  const auto report = optimize(image, &writer, options);
  LintOptions after = parsed->options;
  after.base = {};  // it was touched
  after.platform.reset();
  Repair result{.before = findings_of(rule, image, parsed->options).size(), .after = 0, .left = ""};
  if (!report) {  // an image that no pass may touch keeps its findings
    result.after = result.before;
    result.left = cat("\n  optimize: ", describe(report.error()));
    return result;
  }
  for (const Finding& finding : findings_of(rule, *writer.reopen(), after)) {
    ++result.after;
    result.left += cat("\n  ", finding.message);
  }
  return result;
}

class FixedByTest : public ::testing::TestWithParam<const Rule*> {};

TEST_P(FixedByTest, PassTakesTheFindingsAway) {
  const RuleInfo& info = GetParam()->info;
  ASSERT_NE(find_pass(info.fixed_by), nullptr) << "there is no pass " << info.fixed_by;
  const auto page = parse_rule_page(rule_page(info.id));
  ASSERT_TRUE(page) << describe(page.error());
  unsigned repaired = 0;
  for (const PageRecipe& recipe : page->recipes) {
    if (recipe.section != "Bad") continue;
    SCOPED_TRACE(cat("docs/rules/", info.id, ".md, Bad recipe below line ", recipe.line));
    const auto result = repair(info, recipe.text);
    if (!result) continue;
    EXPECT_GT(result->before, 0u) << "a Bad recipe without a finding";
    if (comment_of(recipe.text, "not repaired")) {
      EXPECT_EQ(result->after, result->before) << info.fixed_by << " repairs something: drop the comment";
      continue;
    }
    const bool in_part = comment_of(recipe.text, "repaired in part").has_value();
    EXPECT_EQ(result->after > 0, in_part) << info.fixed_by << " leaves" << (in_part ? " nothing" : result->left);
    EXPECT_LT(result->after, result->before) << info.fixed_by << " does nothing";
    ++repaired;
  }
  EXPECT_GE(repaired, 1u) << info.fixed_by << " repairs no Bad recipe of the page";
}

INSTANTIATE_TEST_SUITE_P(Rules, FixedByTest, ::testing::ValuesIn(repairable_rules()),
                         [](const ::testing::TestParamInfo<const Rule*>& param) {
                           std::string name(param.param->info.id);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(FixedBy, ReadsCommentsThatStandOnTheirOwnLine) {
  EXPECT_EQ(comment_of("layer\n# not repaired: why\nfile a", "not repaired"), " why");
  EXPECT_EQ(comment_of("# not repaired: why", "not repaired"), " why");
  EXPECT_EQ(comment_of("layer by \"# not repaired: why\"", "not repaired"), std::nullopt);
  EXPECT_EQ(comment_of("layer", "not repaired"), std::nullopt);
}

/// The test itself must fail for a pass that does nothing.
TEST(FixedBy, SeesThatAPassDoesNothing) {
  RuleInfo info = find_rule("missing-parent-directory")->info;
  const std::string recipe = "base healthy\nlayer bare\nfile a/b\n";
  const auto repaired = repair(info, recipe);
  ASSERT_TRUE(repaired);
  EXPECT_EQ(repaired->before, 1u);
  EXPECT_EQ(repaired->after, 0u);
  info.fixed_by = "create-workdir";
  const auto untouched = repair(info, recipe);
  ASSERT_TRUE(untouched);
  EXPECT_EQ(untouched->after, 1u);
}

}  // namespace
}  // namespace ocitidy::test
