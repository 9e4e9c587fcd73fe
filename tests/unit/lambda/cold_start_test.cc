// coldstart(), whole: what is new to what, who brought it, what a start reads of it.
#include "ocitidy/coldstart.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "support/image_builder.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::size_t kFileBytes = std::size_t{512} << 10;

Member file(std::string name, std::uint64_t seed, std::size_t size = kFileBytes) {
  std::string bytes;
  for (std::uint64_t i = 0; bytes.size() < size; ++i) bytes += cat(seed, ".", i, "\n");
  bytes.resize(size);
  Member member;
  member.name = std::move(name);
  member.content = {.head = std::move(bytes), .size_bytes = size};
  return member;
}

Member directory(std::string name) {
  Member member;
  member.type = EntryType::directory;
  member.name = std::move(name);
  member.mode = 0755;
  return member;
}

ImageSpec spec_of(const std::vector<std::vector<Member>>& layers) {
  ImageSpec spec;
  for (const auto& members : layers) {
    LayerSpec layer;
    layer.codec = Codec::none;
    layer.members = members;
    spec.layers.push_back(std::move(layer));
  }
  return spec;
}

Image image_with(const std::vector<std::vector<Member>>& layers) { return build_image(spec_of(layers)).image; }

std::vector<Member> base_layer() {
  std::vector<Member> members{directory("usr"), directory("var"), directory("var/task")};
  for (std::uint64_t i = 0; i < 10; ++i) members.push_back(file(cat("usr/lib", i), i));
  return members;
}

std::vector<Member> application(std::uint64_t seed) { return {file("var/task/app", seed)}; }

ColdStartReport estimate(const Image& image, const std::vector<Image>& against = {}, ColdStartOptions options = {},
                         const std::vector<Image>& history = {}) {
  auto report = coldstart(image, against, history, options);
  if (!report) throw std::runtime_error(describe(report.error()));
  return *std::move(report);
}

ColdStartOptions with_base(std::uint32_t layers) {
  ColdStartOptions options;
  options.base.layers = layers;
  return options;
}

TEST(ColdStart, KnowsNothingNewWithoutAnythingToCompareWith) {
  const ColdStartReport report = estimate(image_with({base_layer(), application(99)}));
  EXPECT_EQ(report.chunks, report.metadata_chunks + report.data_chunks);
  EXPECT_GE(report.data_chunks, 11U);
  EXPECT_LE(report.data_chunks, 13U);
  EXPECT_EQ(report.new_chunks, std::nullopt);
  EXPECT_EQ(report.base_chunks, std::nullopt);
  EXPECT_EQ(report.start, std::nullopt);
  EXPECT_EQ(report.layers[1].new_chunks, std::nullopt);
}

TEST(ColdStart, AnImageHasNothingNewToItself) {
  const Image image = image_with({base_layer(), application(99)});
  const ColdStartReport report = estimate(image, {image});
  EXPECT_EQ(report.new_chunks, 0U);
  ASSERT_EQ(report.against.size(), 1U);
  EXPECT_EQ(report.against[0].chunks, report.chunks);
  EXPECT_EQ(report.against[0].shared_chunks, report.chunks);
}

TEST(ColdStart, NewIsWhatNeitherBaseNorOtherImagesHave) {
  const Image now = image_with({base_layer(), application(99)}), before = image_with({base_layer(), application(98)});
  const ColdStartReport to_base = estimate(now, {}, with_base(1));
  EXPECT_GE(to_base.base_chunks.value(), 8U) << "ten files, but for the ends and the directory that got a name";
  EXPECT_EQ(*to_base.new_chunks, to_base.chunks - *to_base.base_chunks);
  const ColdStartReport to_before = estimate(now, {before});
  EXPECT_GE(*to_before.new_chunks, 1U);
  EXPECT_LE(*to_before.new_chunks, 3U) << "the application, at most two chunks; its inode has not changed";
  const ColdStartReport to_all = estimate(now, {before, now}, with_base(1));
  EXPECT_EQ(to_all.new_chunks, 0U);
  EXPECT_EQ(to_all.against[0].shared_chunks, to_before.against[0].shared_chunks);
}

TEST(ColdStart, SaysWhichLayerAndComponentBroughtWhatIsNew) {
  const ColdStartReport report = estimate(image_with({base_layer(), application(99)}),
                                          {image_with({base_layer(), application(98)})}, with_base(1));
  ASSERT_EQ(report.layers.size(), 2U);
  EXPECT_EQ(report.layers[0].file_bytes, 10 * kFileBytes);
  EXPECT_EQ(report.layers[1].file_bytes, kFileBytes);
  EXPECT_LE(*report.layers[0].new_chunks, 1U) << "the chunk in which the two meet";
  EXPECT_GE(*report.layers[1].new_chunks, 1U);
  ASSERT_FALSE(report.components.empty());
  EXPECT_EQ(report.components[0].name, "app:var/task");
  EXPECT_EQ(report.components[0].kind, "application");
  EXPECT_EQ(report.components[0].part.file_bytes, kFileBytes);
  EXPECT_FALSE(report.components[0].evidence.empty());
}

TEST(ColdStart, HistoryTellsWhatChanges) {
  const auto version = [](std::uint64_t seed) { return image_with({base_layer(), application(seed)}); };
  const ColdStartReport report = estimate(version(3), {}, {}, {version(1), version(2)});
  EXPECT_EQ(report.history, 2U);
  const auto found = std::ranges::find(report.components, "app:var/task", &ComponentChunks::name);
  ASSERT_NE(found, report.components.end());
  EXPECT_NE(found->evidence.find("2 of 2"), std::string::npos) << found->evidence;
}

TEST(ColdStart, CountsWhatAStartReads) {
  const Image now = image_with({base_layer(), application(99)}), before = image_with({base_layer(), application(98)});
  ColdStartOptions options;
  options.used_paths = std::vector<std::string>{"var/task/app", "usr/lib3", "usr/gone", "opt/*"};
  const ColdStartReport report = estimate(now, {before}, options);
  ASSERT_TRUE(report.start);
  EXPECT_EQ(report.start->files, 2U);
  EXPECT_EQ(report.start->file_bytes, 2 * kFileBytes);
  EXPECT_GE(report.start->chunks, 4U) << "two files in two chunks each, but they may meet; metadata";
  EXPECT_LE(report.start->chunks, 7U);
  EXPECT_EQ(report.start->new_chunks, report.new_chunks);
  EXPECT_EQ(report.start->missing, (std::vector<std::string>{"usr/gone", "opt/*"}));
}

TEST(ColdStart, ASourceWithBytecodeIsNotReadUnlessTheTraceSaysSo) {
  const Image image =
      image_with({{directory("var"), directory("var/task"), directory("var/task/__pycache__"),
                   file("var/task/a.py", 1, 5000), file("var/task/__pycache__/a.cpython-312.pyc", 2, 700),
                   file("var/task/__pycache__/a.cpython-312.opt-1.pyc", 3, 600)}});
  const auto bytes_read = [&](std::vector<std::string> paths) {
    ColdStartOptions options;
    options.used_paths = std::move(paths);
    return estimate(image, {}, options).start->file_bytes;
  };
  EXPECT_EQ(bytes_read({"var/task/__pycache__/a.cpython-312.pyc"}), 700U);
  EXPECT_EQ(bytes_read({"var/task/__pycache__/a.cpython-312.pyc", "var/task/a.py"}), 5700U);
  EXPECT_EQ(bytes_read({"var/task/__pycache__/a.cpython-312.opt-1.pyc"}), 600U);
}

TEST(ColdStart, HoldsNewChunksAgainstABudget) {
  const Image now = image_with({base_layer(), application(99)}), before = image_with({base_layer(), application(98)});
  const auto with_budget = [&](NewChunkBudget::Unit unit, double limit) {
    ColdStartOptions options;
    options.budget = NewChunkBudget{unit, limit};
    return estimate(now, {before}, options);
  };
  const auto found = static_cast<double>(*with_budget(NewChunkBudget::Unit::chunks, 0).new_chunks);
  EXPECT_TRUE(with_budget(NewChunkBudget::Unit::chunks, 0).exceeds_budget());
  EXPECT_TRUE(with_budget(NewChunkBudget::Unit::chunks, found - 1).exceeds_budget());
  EXPECT_FALSE(with_budget(NewChunkBudget::Unit::chunks, found).exceeds_budget());
  EXPECT_FALSE(with_budget(NewChunkBudget::Unit::percent, 100).exceeds_budget());
  EXPECT_TRUE(with_budget(NewChunkBudget::Unit::percent, 1).exceeds_budget());
  EXPECT_FALSE(with_budget(NewChunkBudget::Unit::chunks, 1e300).exceeds_budget());
}

TEST(ColdStart, ABudgetNeedsSomethingToCompareWith) {
  ColdStartOptions options;
  options.budget = NewChunkBudget{};
  const auto report = coldstart(image_with({base_layer(), application(99)}), {}, {}, options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::invalid_argument);
  EXPECT_NE(report.error().message.find("--against"), std::string::npos);
}

TEST(ColdStart, BeyondTheLimitOnlyPlacesAreKnown) {
  const Image image = image_with({base_layer(), application(99)});
  ColdStartOptions options = with_base(1);
  options.limits.block_hash_bytes = 8;
  options.used_paths = std::vector<std::string>{"var/task/app"};
  const ColdStartReport report = estimate(image, {image}, options);
  EXPECT_FALSE(report.content_known);
  EXPECT_EQ(report.new_chunks, std::nullopt);
  EXPECT_EQ(report.base_chunks, std::nullopt);
  EXPECT_EQ(report.against[0].chunks, std::nullopt);
  EXPECT_EQ(report.against[0].shared_chunks, std::nullopt);
  EXPECT_EQ(report.start->new_chunks, std::nullopt);
  EXPECT_GE(report.start->chunks, 2U);
  EXPECT_GE(report.layers[1].chunks, 1U);
}

TEST(ColdStart, DoesNotDependOnThreads) {
  const Image now = image_with({base_layer(), application(99)}), before = image_with({base_layer(), application(98)});
  ColdStartOptions many;
  many.threads = 8;
  const ColdStartReport a = estimate(now, {before}), b = estimate(now, {before}, many);
  EXPECT_EQ(a.new_chunks, b.new_chunks);
  EXPECT_EQ(a.chunks, b.chunks);
}

}  // namespace
}  // namespace ocitidy::test
