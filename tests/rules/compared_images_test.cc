// What lint() makes of other images: when they are looked into, and when that is an error.
#include <gtest/gtest.h>

#include "base/text.h"
#include "ocitidy/optimize.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kBase = "reference base\nbase healthy\nlayer\nfile usr/lib/a \"a\"\nfile usr/lib/b \"b\"\n";

LintOptions on_base(std::string_view recipe) {
  LintOptions options;
  options.base_image = image_of(recipe);
  options.base.diff_ids = config_of(*options.base_image, {}, {})->diff_ids;
  return options;
}

TEST(ComparedImages, ABaseOfWhichNothingIsThereIsAnError) {
  const auto report = lint(image_of("base none\nlayer\nfile other \"x\"\n"), on_base(kBase));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::invalid_argument);
}

TEST(ComparedImages, ABaseThatIsThereIsNotLookedInto) {
  LintOptions options = on_base(kBase);
  options.base_image->blobs = nullptr;  // whoever reads it crashes
  const auto report = lint(image_of(cat(kBase, "layer\nfile c \"c\"\n")), options);
  ASSERT_TRUE(report) << describe(report.error());
  EXPECT_EQ(report->base.count, 2U);
  expect_silent("base-not-shared", cat(kBase, "layer\nfile c \"c\"\n"), std::move(options));
}

TEST(ComparedImages, HalfOfTheFilesMakesACopy) {
  constexpr std::string_view kHealthyFiles = "base none\nlayer\nfile var/runtime/bootstrap 0755 elf64\n";
  expect_finds("base-not-shared", cat(kHealthyFiles, "file usr/lib/a \"a\"\n"), on_base(kBase));  // 2 of 4
  const Image less = image_of(cat(kHealthyFiles, "file usr/lib/a \"changed\"\n"));
  EXPECT_FALSE(lint(less, on_base(kBase))) << "1 of 4";
}

TEST(ComparedImages, ABaseOfOneFileThatIsNotThereIsNoCopy) {
  const LintOptions options = on_base("base none\nlayer\nfile only \"o\"\n");
  EXPECT_FALSE(lint(image_of("base healthy\n"), options));
}

TEST(ComparedImages, ABudgetNeedsSomethingToCompareWith) {
  LintOptions options;
  options.budget = NewChunkBudget{};
  const auto refused = lint(image_of("base healthy\n"), options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  options.base.layers = 1;
  EXPECT_TRUE(lint(image_of("base healthy\n"), options)) << "the base alone will do";
}

TEST(ComparedImages, ErrorsNameTheImage) {
  LintOptions options;
  options.against.push_back(image_of("reference torn\nbase none\nlayer absent\n"));
  const auto refused = lint(image_of("base healthy\n"), options);
  ASSERT_FALSE(refused);
  EXPECT_NE(describe(refused.error()).find("--against 'torn'"), std::string::npos);
}

TEST(ComparedImages, WithoutOptionsNothingIsJudged) {
  for (const char* rule : {"base-not-shared", "chunk-budget-exceeded", "scattered-startup-files"}) {
    expect_not_applicable(rule, "base healthy\n");
  }
}

TEST(ScatteredStartupFiles, FewSparedChunksAreNoFinding) {
  for (const auto& [count, found] : {std::pair(20, false), std::pair(21, true)}) {
    std::string recipe = "base healthy\nlayer\n";
    for (int i = 0; i < count; ++i) {
      recipe += cat("file opt/", i + 10, "/a size=600k\nfile opt/", i + 10, "/hot \"h\"\n");
    }
    LintOptions options;
    options.base.layers = 1;
    options.used_paths = std::vector<std::string>{"opt/*/hot"};
    if (found) {
      expect_finds("scattered-startup-files", recipe, options);
    } else {
      expect_silent("scattered-startup-files", recipe, options);
    }
  }
}

TEST(UnstableLayerOrder, TellsNoPairTwice) {
  constexpr std::string_view kPair =
      "base none\nlayer\nfile var/task/app.py \"a\"\nfile var/runtime/bootstrap 0755 elf64\nlayer\n"
      "file var/lib/dpkg/status \"x\"\nfile usr/lib/big size=20M\nfile usr/lib/python3/dist-packages/x.so size=12M\n";
  expect_silent("unstable-layer-order", kPair);
  expect_finds("application-before-dependencies", kPair);
}

}  // namespace
}  // namespace ocitidy::test
