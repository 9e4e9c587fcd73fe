// layer_plan_test.cc - the plan that an image keeps for its next build: what comes back, and what hostile text does.
#include "optimize/layer_plan.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace ocitidy {
namespace {

TEST(LayerPlan, ComesBackAsItWas) {
  const LayerPlan plan = {{"python:numpy", "npm:@aws-sdk/client-s3"}, {"folder:opt"}, {"used:app:var/task", "app:a b"}};
  EXPECT_EQ(decode_layer_plan(encode_layer_plan(plan)), plan);
  EXPECT_EQ(encode_layer_plan(plan), encode_layer_plan(plan));
}

TEST(LayerPlan, NamesWithControlCharactersAreLeftOut) {
  const LayerPlan plan = {{"folder:a\nb", "folder:c"}, {"folder:\x01"}};
  EXPECT_EQ(decode_layer_plan(encode_layer_plan(plan)), (LayerPlan{{"folder:c"}, {}}));
}

TEST(LayerPlan, AnEmptyOne) { EXPECT_EQ(decode_layer_plan(encode_layer_plan({})), LayerPlan{}); }

TEST(LayerPlan, ThousandsOfNamesFit) {
  LayerPlan plan(16);
  for (int i = 0; i < 40'000; ++i) plan[static_cast<std::size_t>(i) % 16].push_back(cat("npm:some-package-", i));
  EXPECT_EQ(decode_layer_plan(encode_layer_plan(plan)), plan);
}

TEST(LayerPlan, WhatIsNoPlanIsNone) {
  for (const std::string_view text : {"", "x", "AAAA", "====", "eJwzBAAAMgAy"}) {
    EXPECT_FALSE(decode_layer_plan(text)) << text;
  }
  const std::string whole = encode_layer_plan({{"python:numpy"}});
  EXPECT_FALSE(decode_layer_plan(whole.substr(0, whole.size() / 2)));
  LayerPlan huge(1);
  for (int i = 0; i < 500'000; ++i) huge[0].push_back(cat("npm:a-package-", i));
  EXPECT_FALSE(decode_layer_plan(encode_layer_plan(huge))) << "it unfolds to more than is taken";
}

TEST(LayerPlan, OfEqualNamesTheFirstCounts) {
  EXPECT_EQ(decode_layer_plan(encode_layer_plan({{"a", "b"}, {"b", "c"}})), (LayerPlan{{"a", "b"}, {"c"}}));
}

}  // namespace
}  // namespace ocitidy
