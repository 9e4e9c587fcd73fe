// plan_test.cc - what a plan says of itself, where passes and options meet.
#include "optimize/plan.h"

#include <gtest/gtest.h>

#include "ocitidy/inspect.h"
#include "optimize/summary.h"
#include "support/rule_test.h"
#include "support/tree_lines.h"

namespace ocitidy::test {
namespace {

constexpr PassInfo kPass{.id = "a-pass", .title = "For this test", .since = "0.1.0"};

TEST(Plan, MediaTypesStayWhenTheirPassIsLeftOut) {
  const Image input = image_of("layer\nfile a \"a\"\n");
  OptimizeOptions options;
  options.family = MediaFamily::docker;
  options.no_passes = {"convert-media-types"};
  MemoryImageWriter kept, converted;
  ASSERT_TRUE(optimize(input, &kept, options));
  EXPECT_EQ(kept.reopen()->root.digest, input.root.digest);
  options.no_passes.clear();
  ASSERT_TRUE(optimize(input, &converted, options));
  EXPECT_NE(converted.reopen()->root.digest, input.root.digest);
}

TEST(Plan, BytesThatOnlyMoveAreNoReasonForALargerImage) {
  const ImageModel image = *scan(image_of("layer\nfile a 0644 \"a\"\nlayer\nfile a 0600 \"a\"\n"), hashing(1));
  const OptimizeOptions options;
  Plan plan(image, options, 0);
  plan.begin(kPass);
  const Node node = image.node(*image.find("a"));
  plan.take_bytes_from(node, {0, 0});
  const std::vector<WrittenLayer> larger{{.digest = {}, .diff_id = {}, .compressed_bytes = 1 << 20}};
  EXPECT_TRUE(should_keep_layers(image, plan, larger));
  plan.edit(node, "seen by all").mode = 0644;
  EXPECT_FALSE(should_keep_layers(image, plan, larger));
}

}  // namespace
}  // namespace ocitidy::test
