// sharing_test.cc - own files in other orders and layers: what optimize() makes of packages, traces and earlier plans.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "ocitidy/inspect.h"
#include "ocitidy/optimize.h"
#include "support/rule_test.h"
#include "support/tree_lines.h"

namespace ocitidy::test {
namespace {

/// Packages in a folder for Python; `sizes` by name, as files of kilobytes. The code comes first, as it must not.
std::string recipe(const std::vector<std::pair<std::string, int>>& sizes, std::string_view code = "print(1)") {
  std::string text = cat("layer\n  dir srv\n  file srv/base \"b\"\nlayer\n  dir var/task\n  file var/task/app.py \"",
                         code, "\"\nlayer\n  dir opt\n  dir opt/python\n  dir opt/python/site-packages\n");
  for (const auto& [name, kib] : sizes) {
    text += cat("  dir opt/python/site-packages/", name, "\n  file opt/python/site-packages/", name, "/", name,
                ".so \"", name, "0123456789\" size=", kib, "k\n");
  }
  return text;
}

OptimizeOptions packing(std::uint32_t most_layers) {
  OptimizeOptions options;
  options.base_layers = 1;
  options.passes = {"order-for-sharing", "pack-layers"};
  options.max_layers = most_layers;
  return options;
}

struct Written {
  OptimizeReport report;
  Image image;
};

Written write(const std::string& text, const OptimizeOptions& options) {
  MemoryImageWriter out;
  auto report = optimize(image_of(text), &out, options);
  EXPECT_TRUE(report) << describe(report.error());
  return {*std::move(report), *out.reopen()};
}

std::string plan_of(const Image& image) { return *layer_plan_of(image, {}, {}).value(); }

/// Files of the layers above the base, in their order; '|' between layers.
std::string files_of(const Image& image) {
  const ImageModel model = *scan(image, {});
  std::string text;
  for (const Layer& layer : model.layers().subspan(1)) {
    text += text.empty() ? "" : "| ";
    for (const Entry& entry : layer.entries) {
      if (entry.type == EntryType::file) text += cat(entry.path.substr(entry.path.rfind('/') + 1), " ");
    }
  }
  return text;
}

TEST(Sharing, LargePackagesFirstAndCodeLast) {
  const Written written = write(recipe({{"alpha", 40}, {"beta", 900}, {"gamma", 90}}), packing(5));
  EXPECT_EQ(files_of(written.image), "beta.so | gamma.so | alpha.so | app.py ");
  ASSERT_TRUE(written.report.sharing);
  EXPECT_LT(written.report.sharing->after.new_chunks, written.report.sharing->before.new_chunks);
  EXPECT_LT(written.report.sharing->after.pushed_bytes, written.report.sharing->before.pushed_bytes);
  EXPECT_FALSE(written.report.sharing->kept_input);
}

TEST(Sharing, HistoryTellsAsManyLayersAsThereAre) {
  const Written written = write(recipe({{"alpha", 40}, {"beta", 900}}), packing(4));
  const ImageModel model = *scan(written.image, {});
  std::size_t made = 0;
  for (const HistoryEntry& entry : model.config().history) made += entry.empty_layer ? 0 : 1;
  const bool has_history = !model.config().history.empty();
  EXPECT_EQ(made, has_history ? model.layers().size() : 0);
  EXPECT_EQ(model.config().diff_ids.size(), model.layers().size());
}

TEST(Sharing, OrderOfTheInputStaysWhenNoOtherIsBetter) {
  const Written first = write(recipe({{"alpha", 40}, {"beta", 900}, {"gamma", 90}}), packing(5));
  MemoryImageWriter out;
  const auto again = optimize(first.image, &out, packing(5));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->sharing->kept_input);
  EXPECT_EQ(out.reopen()->root.digest, first.image.root.digest);
}

TEST(Sharing, ATracePutsWhatAStartUsesFirst) {
  OptimizeOptions options = packing(2);
  options.passes = {"order-for-sharing"};
  options.used_paths = {"opt/python/site-packages/gamma/gamma.so", "opt/python/site-packages/alpha/alpha.so",
                        "var/task/app.py"};
  const Written written = write(recipe({{"alpha", 40}, {"beta", 9000}, {"gamma", 90}}), options);
  const std::string files = files_of(written.image);
  EXPECT_LT(files.find("gamma.so"), files.find("beta.so"));
  EXPECT_LT(files.find("alpha.so"), files.find("beta.so"));
  EXPECT_GT(files.find("app.py"), files.find("beta.so")) << "own code stays last";
  ASSERT_TRUE(written.report.sharing->after.touched_chunks);
  EXPECT_LE(*written.report.sharing->after.touched_chunks, *written.report.sharing->before.touched_chunks);
}

TEST(Sharing, AnEarlierPlanKeepsLayersAndTheirDigests) {
  const Written first = write(recipe({{"alpha", 40}, {"beta", 900}, {"gamma", 90}, {"delta", 300}}), packing(5));
  OptimizeOptions options = packing(5);
  options.plan_from = plan_of(first.image);
  // One package grows, one goes, one comes, and the code changes.
  const Written second =
      write(recipe({{"alpha", 55}, {"beta", 900}, {"epsilon", 20}, {"delta", 300}}, "print(2)"), options);
  const ImageModel before = *scan(first.image, {}), after = *scan(second.image, {});
  std::size_t same = 0;
  for (const Layer& layer : after.layers()) {
    same += std::ranges::any_of(before.layers(),
                                [&](const Layer& other) { return other.descriptor.digest == layer.descriptor.digest; });
  }
  EXPECT_GE(same, 3U) << "the base, beta and delta";
  EXPECT_EQ(files_of(first.image), "beta.so | delta.so | gamma.so | alpha.so app.py ");
  EXPECT_EQ(files_of(second.image), "beta.so | delta.so | alpha.so epsilon.so app.py ") << "what is new comes last";
  EXPECT_EQ(plan_of(second.image).empty(), false);
}

TEST(Sharing, APlanThatCostsTooMuchIsMadeAnew) {
  const Written first = write(recipe({{"alpha", 400}, {"beta", 900}}), packing(2));
  OptimizeOptions options = packing(6);
  options.plan_from = plan_of(first.image);
  const Written second = write(recipe({{"alpha", 400}, {"beta", 900}, {"gamma", 4000}, {"delta", 2000}}), options);
  EXPECT_TRUE(std::ranges::any_of(second.report.notes, [](const std::string& note) {
    return note.find("a new plan is made") != std::string::npos;
  }));
  EXPECT_GT(std::ranges::count(files_of(second.image), '|'), 1);
}

TEST(Sharing, FewerLayersAreMadeWhenThatWasAskedForWhateverTheyCost) {
  const Written written = write(recipe({{"alpha", 400}, {"beta", 900}}), packing(2));
  EXPECT_EQ(files_of(written.image), "beta.so alpha.so app.py ");
}

TEST(Sharing, AnImageWithoutAPlanIsNoReasonToStop) {
  OptimizeOptions options = packing(4);
  options.plan_from = "";
  const Written written = write(recipe({{"alpha", 40}, {"beta", 900}}), options);
  EXPECT_TRUE(std::ranges::any_of(written.report.notes, [](const std::string& note) {
    return note.find("the image before has no plan") != std::string::npos;
  }));
}

TEST(Sharing, APlanThatCannotBeReadIsSaid) {
  OptimizeOptions options = packing(4);
  options.plan_from = "no plan";
  const Written written = write(recipe({{"alpha", 40}, {"beta", 900}}), options);
  EXPECT_TRUE(std::ranges::any_of(written.report.notes, [](const std::string& note) {
    return note.find("the plan cannot be read") != std::string::npos;
  }));
}

TEST(Sharing, EarlierBuildsTellWhatChanges) {
  const auto build = [](int beta) { return recipe({{"alpha", 300}, {"beta", beta}}); };
  OptimizeOptions options = packing(4);
  options.passes = {"order-for-sharing"};
  for (const int beta : {600, 601, 602, 603, 604, 605}) options.history.push_back(image_of(build(beta)));
  const Written written = write(build(606), options);
  const std::string files = files_of(written.image);
  EXPECT_LT(files.find("alpha.so"), files.find("beta.so")) << "beta is larger, but was another one each time";
}

TEST(Sharing, AnImageWithoutAPlanHasNone) {
  const auto plan = layer_plan_of(image_of(recipe({{"alpha", 40}})), {}, {});
  ASSERT_TRUE(plan);
  EXPECT_FALSE(*plan);
}

TEST(Sharing, FilesThatWaitAreBounded) {
  OptimizeOptions options = packing(4);
  options.limits.spool_bytes = 100'000;
  MemoryImageWriter out;
  const auto report = optimize(image_of(recipe({{"alpha", 40}, {"beta", 900}})), &out, options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::limit_exceeded);
  EXPECT_NE(report.error().message.find("--max-spool"), std::string::npos);
}

TEST(Sharing, AFolderThatCannotHoldThemIsAnError) {
  OptimizeOptions options = packing(4);
  options.spool_directory = "/nonexistent";
  MemoryImageWriter out;
  const auto report = optimize(image_of(recipe({{"alpha", 40}, {"beta", 900}})), &out, options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::io);
}

}  // namespace
}  // namespace ocitidy::test
