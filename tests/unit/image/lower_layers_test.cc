// What an image would be without its upper layers.
#include "image/lower_layers.h"

#include <gtest/gtest.h>

#include "ocitidy/inspect.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

ImageModel model_of(std::string_view recipe) {
  auto model = scan(image_of(recipe), {});
  if (!model) throw std::runtime_error(model.error().message);
  return *std::move(model);
}

TEST(LowerLayers, AreWhatTheyWereBeforeTheUpperOnes) {
  const ImageModel image = model_of(
      "layer\ndir d\nfile d/a \"1\" xattr=user.x:y\nfile b \"2\"\nhardlink c -> b\nlayer\nwhiteout d\nfile b "
      "\"longer\"\nfile new \"\"\n");
  const ImageModel lower = lower_layers(image, 1, Limits{}.symlink_steps);
  EXPECT_EQ(lower.layers().size(), 1U);
  EXPECT_EQ(lower.node_count(), 5U);
  ASSERT_TRUE(lower.find("d/a"));
  EXPECT_EQ(lower.node(*lower.find("b")).size_bytes, 1U);
  EXPECT_EQ(lower.node(*lower.find("b")).link_count, 2U);
  EXPECT_FALSE(lower.find("new"));
  EXPECT_EQ(lower.hidden_by({0, 1}), std::nullopt);
  ASSERT_EQ(lower.xattrs({0, 1}).size(), 1U);
  EXPECT_EQ(lower.xattrs({0, 1})[0].name, "user.x");
  EXPECT_TRUE(image.hidden_by({0, 1})) << "the image itself is as it was";
}

TEST(LowerLayers, HaveNoOdditiesOfTheMergeTwice) {
  const ImageModel image = model_of("layer bare\nfile d/a \"1\"\nhardlink l -> gone\nlayer\nfile b \"\"\n");
  const ImageModel lower = lower_layers(image, 1, Limits{}.symlink_steps);
  for (std::uint32_t i = 0; i < 2; ++i) EXPECT_EQ(lower.entry({0, i}).oddities, image.entry({0, i}).oddities);
  EXPECT_TRUE(has(lower.entry({0, 0}).oddities, Oddity::missing_parent));
  EXPECT_EQ(lower_layers(image, 0, Limits{}.symlink_steps).node_count(), 1U);
}

}  // namespace
}  // namespace ocitidy::test
