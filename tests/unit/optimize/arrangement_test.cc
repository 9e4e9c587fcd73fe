// arrangement_test.cc - own layers in another order and cut into other layers: the tree stays, whatever the order.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <unordered_map>

#include "base/text.h"
#include "optimize/documents.h"
#include "optimize/lay_out.h"
#include "optimize/write.h"
#include "support/random_image.h"
#include "support/rule_test.h"
#include "support/tree_lines.h"

namespace ocitidy::test {
namespace {

constexpr PassInfo kPass{.id = "a-pass", .title = "For this test", .since = "0.1.0"};

/// A random order of all inodes, cut at random places.
Arrangement random_arrangement(const ImageModel& image, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Arrangement arrangement;
  std::unordered_map<std::uint32_t, std::uint32_t> rank_of_inode;
  image.walk([&](NodeId id, std::string_view) {
    const auto i = static_cast<std::size_t>(id);
    if (i >= arrangement.rank.size()) arrangement.rank.resize(i + 1, UINT32_MAX);
    const auto rank = static_cast<std::uint32_t>(random() % 64);
    arrangement.rank[i] = rank_of_inode.try_emplace(image.node(id).inode, rank).first->second;
  });
  arrangement.first_ranks = {0};
  while (random() % 3 != 0 && arrangement.first_ranks.back() < 60) {
    arrangement.first_ranks.push_back(arrangement.first_ranks.back() + 1 + static_cast<std::uint32_t>(random() % 20));
  }
  return arrangement;
}

Result<Image> rearranged(const Image& input, std::uint32_t base_layers, std::uint64_t seed, unsigned threads,
                         MemoryImageWriter& out) {
  const OptimizeOptions options;
  OCITIDY_TRY(const ImageModel image, scan(input, hashing(1)));
  Plan plan(image, options, base_layers);
  plan.begin(kPass);
  plan.arrange(random_arrangement(image, seed));
  plan.end(Outcome::checked());
  OCITIDY_CHECK(lay_out(image, plan));
  OCITIDY_TRY(const WrittenLayers written, write_layers(image, plan, out, threads));
  OCITIDY_TRY(const Documents documents, patch_documents(image, plan, written.layers));
  OCITIDY_CHECK(write_documents(documents, out));
  OCITIDY_CHECK(out.finish(documents.manifest_descriptor));
  return out.reopen();
}

std::string what_is_wrong(const Image& input, const ReferenceModel& reference, std::uint32_t base_layers,
                          std::uint64_t seed) {
  MemoryImageWriter first, second;
  const auto output = rearranged(input, base_layers, seed, 1, first);
  if (!output) return describe(output.error());
  const auto other = rearranged(input, base_layers, seed, 3, second);
  if (!other || other->root.digest != output->root.digest) return "another image with three threads";
  const auto model = scan(*output, hashing(1));
  if (!model) return describe(model.error());
  return difference(lines_of(*model, WithLayers::no), lines_of(reference, WithLayers::no));
}

TEST(Arrangement, AnyOrderKeepsWhatAProcessSees) {
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= image_count(400) && failures < 5; ++seed) {
    const RandomImage random = random_image(seed, Wildness::unpackable);
    const Image input = build_image(random.spec).image;
    for (const std::uint32_t base_layers : {0U, 1U}) {
      const std::string wrong = what_is_wrong(input, random.model, base_layers, seed);
      if (wrong.empty()) continue;
      ADD_FAILURE() << "seed " << seed << ", base " << base_layers << "\n" << members_of(random.spec) << wrong;
      ++failures;
    }
  }
}

TEST(Arrangement, LayersAndHistoryFit) {
  const Image input = image_of(
      "layer\n  file a \"a\"\nlayer\n  dir d\n  file d/x size=9000\n  file d/y size=8000\n  hardlink d/z -> d/y\n");
  const ImageModel image = *scan(input, hashing(1));
  const OptimizeOptions options;
  Plan plan(image, options, 1);
  plan.begin(kPass);
  Arrangement arrangement;
  arrangement.rank.assign(16, UINT32_MAX);
  const auto place = [&](std::string_view path, std::uint32_t rank) {
    arrangement.rank[static_cast<std::size_t>(*image.find(path))] = rank;
  };
  place("d", 0), place("d/y", 0), place("d/z", 0), place("d/x", 1);
  arrangement.first_ranks = {0, 1};
  plan.arrange(std::move(arrangement));
  ASSERT_TRUE(lay_out(image, plan));
  ASSERT_EQ(plan.layers().size(), 3U);
  EXPECT_EQ(plan.layers()[0].fate, OutputLayer::Fate::copied);
  const auto names = [&](std::size_t layer) {
    std::string all;
    for (const Entry& entry : plan.layers()[layer].index.entries) all += cat(entry.path, " ");
    return all;
  };
  EXPECT_EQ(names(1), "d d/y d/z ");
  EXPECT_EQ(names(2), "d d/x ") << "each layer declares the directories of its members";
}

}  // namespace
}  // namespace ocitidy::test
