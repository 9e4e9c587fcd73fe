// recipe_test.cc - every rule page is a test: its Bad recipes must give exactly the findings they list, its Good ones
// none, and its header must say what RuleInfo says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/text.h"
#include "support/doc_page.h"
#include "support/rule_test.h"
#include "support/source_dir.h"

namespace ocitidy::test {
namespace {

const std::filesystem::path kPages = std::filesystem::path(source_dir()) / "docs" / "rules";

std::string read_page(std::string_view rule) {
  std::ifstream file(kPages / cat(rule, ".md"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class RulePageTest : public ::testing::TestWithParam<const Rule*> {
 protected:
  void SetUp() override {
    text_ = read_page(info().id);
    ASSERT_FALSE(text_.empty()) << "docs/rules/" << info().id << ".md is missing or empty";
    Result<DocPage> page = parse_rule_page(text_);
    ASSERT_TRUE(page) << describe(page.error());
    page_ = *std::move(page);
  }

  const RuleInfo& info() const { return GetParam()->info; }

  /// Runs the recipes of one section. Each must name the rule in an expect line (Bad) or in none (Good).
  std::size_t run_recipes(std::string_view section) const {
    std::size_t count = 0;
    for (const PageRecipe& recipe : page_.recipes) {
      if (recipe.section != section) continue;
      ++count;
      SCOPED_TRACE(cat("docs/rules/", info().id, ".md, recipe lines count from line ", recipe.line));
      for (const std::string& line : recipe_disagreements(info().id, recipe.text)) ADD_FAILURE() << line;
      const Result<Recipe> parsed = parse_recipe(recipe.text);
      if (!parsed) continue;  // already said
      const auto expects = std::ranges::count(parsed->expectations, info().id, &Expectation::rule);
      EXPECT_EQ(expects > 0, section == "Bad") << "a Bad recipe expects the rule, a Good one does not";
    }
    return count;
  }

  std::string text_;
  DocPage page_;
};

std::string profiles_of(const RuleInfo& info) {
  std::string names;
  for (const Profile profile : {Profile::lambda, Profile::oci, Profile::generic}) {
    if (info.profiles.has(profile)) names += (names.empty() ? "" : ", ") + std::string(profile_name(profile));
  }
  return names;
}

TEST_P(RulePageTest, BadRecipesGiveExactlyTheirFindings) { EXPECT_GE(run_recipes("Bad"), 1u); }

TEST_P(RulePageTest, GoodRecipesGiveNone) { EXPECT_GE(run_recipes("Good"), 1u); }

TEST_P(RulePageTest, HeaderSaysWhatRuleInfoSays) {
  EXPECT_EQ(page_.title, info().id);
  std::map<std::string, std::string> wanted{{"title", std::string(info().title)},
                                            {"severity", std::string(severity_name(info().severity))},
                                            {"category", std::string(category_name(info().category))},
                                            {"evidence", std::string(evidence_name(info().evidence))},
                                            {"since", std::string(info().since)},
                                            {"profiles", profiles_of(info())},
                                            {"fixed by", std::string(info().fixed_by)}};
  for (const auto& [key, value] : wanted) {
    std::string found = page_.header[key];
    if (key == "fixed by" && (found == "-" || found == "nothing" || found == "none")) found.clear();
    if (key == "title") std::erase(wanted[key], '`');
    EXPECT_EQ(found, wanted[key]) << "row " << key;
  }
}

TEST_P(RulePageTest, EmbeddedPageIsTheFile) { EXPECT_EQ(rule_page(info().id), text_); }

INSTANTIATE_TEST_SUITE_P(Docs, RulePageTest, ::testing::ValuesIn(all_rules().begin(), all_rules().end()),
                         [](const ::testing::TestParamInfo<const Rule*>& param) {
                           std::string name(param.param->info.id);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(RulePages, NoPageWithoutARule) {
  std::size_t pages = 0;
  for (const auto& file : std::filesystem::directory_iterator(kPages)) {
    if (file.path().extension() != ".md" || file.path().filename() == "README.md") continue;
    ++pages;
    EXPECT_NE(find_rule(file.path().stem().string()), nullptr) << file.path().filename();
  }
  EXPECT_EQ(pages, all_rules().size());
}

}  // namespace
}  // namespace ocitidy::test
