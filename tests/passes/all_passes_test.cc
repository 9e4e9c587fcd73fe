// all_passes_test.cc - every pass page is a test: what goes in as Before must come out as After, member for member; and
// its header must say what PassInfo says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/text.h"
#include "support/doc_page.h"
#include "support/pass_test.h"
#include "support/source_dir.h"

namespace ocitidy::test {
namespace {

const std::filesystem::path kPages = std::filesystem::path(source_dir()) / "docs" / "passes";

std::string read_page(std::string_view pass) {
  std::ifstream file(kPages / cat(pass, ".md"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string presets_of(const PassInfo& pass) {
  std::string out;
  for (const Preset preset :
       {Preset::lossless, Preset::reproducible, Preset::lambda, Preset::lean, Preset::aggressive, Preset::trace}) {
    if (preset_has(preset, pass)) out += cat(out.empty() ? "" : ", ", preset_name(preset));
  }
  return out;
}

bool says_nothing_changes(std::string_view recipe) {
  const auto parsed = parse_pass_recipe(recipe);
  return parsed && parsed->outcome == PassRecipe::Outcome::nothing_changes;
}

class PassPageTest : public ::testing::TestWithParam<const PassInfo*> {
 protected:
  void SetUp() override {
    text_ = read_page(info().id);
    ASSERT_FALSE(text_.empty()) << "docs/passes/" << info().id << ".md is missing or empty";
    Result<DocPage> page = parse_pass_page(text_);
    ASSERT_TRUE(page) << describe(page.error());
    page_ = *std::move(page);
  }

  const PassInfo& info() const { return *GetParam(); }

  std::string text_;
  DocPage page_;
};

TEST_P(PassPageTest, BeforeBecomesAfter) {
  unsigned changing = 0, edits = 0;
  for (std::size_t i = 0; i < page_.recipes.size(); ++i) {
    const PageRecipe& before = page_.recipes[i];
    SCOPED_TRACE(cat("docs/passes/", info().id, ".md, recipe lines count from line ", before.line));
    std::optional<std::string_view> after;
    if (!says_nothing_changes(before.text) && i + 1 < page_.recipes.size()) after = page_.recipes[++i].text;
    for (const std::string& line : pass_disagreements(info().id, before.text, after)) ADD_FAILURE() << line;
    const auto parsed = parse_pass_recipe(before.text);
    if (!parsed) continue;  // already said
    edits += static_cast<unsigned>(std::ranges::count(parsed->edits, info().id, &ExpectedEdit::pass));
    changing += after.has_value();
  }
  EXPECT_GE(changing, 1u) << "no Before has an After";
  EXPECT_GE(edits, 1u) << "no recipe expects an edit of the pass itself";
}

TEST_P(PassPageTest, HeaderSaysWhatPassInfoSays) {
  EXPECT_EQ(page_.title, info().id);
  EXPECT_EQ(page_.header, (std::map<std::string, std::string>{{"title", std::string(info().title)},
                                                              {"safety", std::string(safety_name(info().safety))},
                                                              {"since", std::string(info().since)},
                                                              {"presets", presets_of(info())}}));
}

TEST_P(PassPageTest, EmbeddedPageIsTheFile) { EXPECT_EQ(pass_page(info().id), text_); }

INSTANTIATE_TEST_SUITE_P(Docs, PassPageTest, ::testing::ValuesIn(all_passes().begin(), all_passes().end()),
                         [](const ::testing::TestParamInfo<const PassInfo*>& param) {
                           std::string name(param.param->id);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(AllPasses, AreWhole) {
  ASSERT_FALSE(all_passes().empty());
  for (const PassInfo* pass : all_passes()) {
    EXPECT_EQ(find_pass(pass->id), pass);
    EXPECT_FALSE(pass->title.empty() || pass->title.ends_with('.')) << pass->id;
  }
  EXPECT_EQ(find_pass("no-such-pass"), nullptr);
  EXPECT_EQ(find_pass(""), nullptr);
  EXPECT_EQ(pass_page("no-such-pass"), "");
}

TEST(AllPasses, NoPageWithoutAPass) {
  std::size_t pages = 0;
  for (const auto& file : std::filesystem::directory_iterator(kPages)) {
    if (file.path().extension() != ".md") continue;
    ++pages;
    EXPECT_NE(find_pass(file.path().stem().string()), nullptr) << file.path().filename();
  }
  EXPECT_EQ(pages, all_passes().size());
}

}  // namespace
}  // namespace ocitidy::test
