// Orders and cuts against exhaustive search on small cases.
#include "lambda/sharing_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace ocitidy::lambda {
namespace {

std::vector<Part> random_parts(std::mt19937& random, std::size_t count) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < count; ++i) {
    parts.push_back({.component = static_cast<std::uint32_t>(i),
                     .survival = 0.05 + 0.94 * static_cast<double>(random() % 1000) / 1000,
                     .size_bytes = 4096 + random() % 10'000'000});
  }
  return parts;
}

std::vector<Part> in_order(const std::vector<Part>& parts, const std::vector<std::uint32_t>& order) {
  std::vector<Part> result;
  for (const std::uint32_t i : order) result.push_back(parts[i]);
  return result;
}

TEST(SharingOrder, NoOtherOrderExpectsFewerNewBytes) {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    const auto parts = random_parts(random, 6);
    const double ours = expected_new_bytes(in_order(parts, order_for_sharing(parts)));
    std::vector<std::uint32_t> other(parts.size());
    std::iota(other.begin(), other.end(), 0);
    do {
      ASSERT_LE(ours, expected_new_bytes(in_order(parts, other)) * (1 + 1e-9));
    } while (std::ranges::next_permutation(other).found);
  }
}

TEST(SharingOrder, LargeAndStableComesFirst) {
  const std::vector<Part> parts = {{.component = 0, .survival = 0.1, .size_bytes = 1 << 20},
                                   {.component = 1, .survival = 0.99, .size_bytes = 1 << 20},
                                   {.component = 2, .survival = 0.99, .size_bytes = 100 << 20}};
  EXPECT_EQ(order_for_sharing(parts), (std::vector<std::uint32_t>{2, 1, 0}));
}

TEST(SharingOrder, EqualsKeepTheirOrder) {
  const std::vector<Part> parts(4, {.component = 0, .survival = 0.5, .size_bytes = 5000});
  EXPECT_EQ(order_for_sharing(parts), (std::vector<std::uint32_t>{0, 1, 2, 3}));
}

TEST(SharingOrder, ExpectationCountsAComponentOnce) {
  const std::vector<Part> twice = {{.component = 0, .survival = 0.5, .size_bytes = 100},
                                   {.component = 0, .survival = 0.5, .size_bytes = 100}};
  EXPECT_DOUBLE_EQ(expected_new_bytes(twice), 100);
  EXPECT_DOUBLE_EQ(expected_pushed_bytes(twice, std::vector<std::uint32_t>{0}), 100);
  EXPECT_DOUBLE_EQ(expected_pushed_bytes(twice, std::vector<std::uint32_t>{0, 1}), 100);
}

TEST(SharingOrder, SurvivalsOutOfRangeAreTakenIn) {
  const std::vector<Part> parts = {{.component = 0, .survival = 0, .size_bytes = 100},
                                   {.component = 1, .survival = 7, .size_bytes = 100}};
  EXPECT_EQ(order_for_sharing(parts), (std::vector<std::uint32_t>{1, 0}));
  EXPECT_NEAR(expected_new_bytes(in_order(parts, {1, 0})), 100, 1e-6);
}

/// Every way to cut, with at most `most` layers.
double best_by_search(const std::vector<Part>& parts, std::uint32_t most) {
  double best = 1e300;
  for (std::uint32_t mask = 0; mask < (1U << (parts.size() - 1)); ++mask) {
    std::vector<std::uint32_t> cuts{0};
    for (std::uint32_t i = 1; i < parts.size(); ++i) {
      if ((mask >> (i - 1)) & 1) cuts.push_back(i);
    }
    if (cuts.size() <= most) best = std::min(best, expected_pushed_bytes(parts, cuts));
  }
  return best;
}

TEST(CutIntoLayers, NoOtherCutPushesLess) {
  std::mt19937 random(6);
  for (int round = 0; round < 200; ++round) {
    auto parts = random_parts(random, 8);
    if (round % 2 == 1) parts[6].component = parts[2].component, parts[6].survival = parts[2].survival;
    const auto most = static_cast<std::uint32_t>(1 + random() % 5);
    const auto cuts = cut_into_layers(parts, most);
    ASSERT_LE(cuts.size(), most);
    ASSERT_EQ(cuts.front(), 0U);
    ASSERT_TRUE(std::ranges::is_sorted(cuts));
    ASSERT_NEAR(expected_pushed_bytes(parts, cuts), best_by_search(parts, most), 1e-3);
  }
}

TEST(CutIntoLayers, WhatNeverChangesIsOneLayer) {
  const std::vector<Part> parts(5, {.component = 0, .survival = 1, .size_bytes = 5000});
  EXPECT_EQ(cut_into_layers(parts, 4), std::vector<std::uint32_t>{0});
}

TEST(CutIntoLayers, NothingAndNoLayers) {
  EXPECT_TRUE(cut_into_layers({}, 8).empty());
  const std::vector<Part> one = {{.component = 0, .survival = 0.5, .size_bytes = 1}};
  EXPECT_EQ(cut_into_layers(one, 0), std::vector<std::uint32_t>{0});
  EXPECT_EQ(cut_into_layers(one, UINT32_MAX), std::vector<std::uint32_t>{0});
}

TEST(CutIntoLayers, ManyPartsAreCutInGroups) {
  std::mt19937 random(7);
  const auto parts = random_parts(random, kMostCutParts * 3 + 1);
  const auto cuts = cut_into_layers(parts, 3);
  ASSERT_FALSE(cuts.empty());
  EXPECT_LE(cuts.size(), 3U);
  EXPECT_LT(cuts.back(), parts.size());
}

}  // namespace
}  // namespace ocitidy::lambda
