// base_layers_test.cc - which layers are the base, and how sure that is. History: tests of the passes.
#include "image/base_layers.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "image/known_bases.h"
#include "ocitidy/inspect.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kAwsBase = R"(
  config entrypoint /lambda-entrypoint.sh ; cmd app.handler
  layer
    file etc/os-release "ID=amzn\n"
  layer
    file usr/local/bin/aws-lambda-rie 0755 elf64
    file lambda-entrypoint.sh 0755 "#!/bin/sh\n"
)";

BaseLayers base_of(const Image& image, const BaseHint& hint = {}) {
  const ImageModel model = scan(image, {}).value();
  return base_layers(model, hint).value();
}

TEST(BaseLayers, EndWhereTheLastFileOfAnAwsBaseFirstAppears) {
  const BaseLayers base = base_of(image_of(cat(kAwsBase, R"(
  layer
    file var/task/app.py "x"
    file lambda-entrypoint.sh 0755 "#!/bin/sh\n# my own\n"
)")));
  EXPECT_EQ(base.count, 2u);
  EXPECT_EQ(base.trust, BaseLayers::Trust::guessed);
}

TEST(BaseLayers, AnImageThatIsAllBaseHasNone) { EXPECT_EQ(base_of(image_of(kAwsBase)).count, 0u); }

TEST(BaseLayers, OneFileOfAwsMakesNoBase) {
  EXPECT_EQ(base_of(image_of(R"(
  config entrypoint /lambda-entrypoint.sh
  layer
    file lambda-entrypoint.sh 0755 "#!/bin/sh\n"
  layer
    file var/task/app.py "x"
)"))
                .count,
            0u);
}

TEST(BaseLayers, WhatTheUserSaysCounts) {
  const BaseLayers base = base_of(image_of(kAwsBase), {.layers = 1});
  EXPECT_EQ(base.count, 1u);
  EXPECT_EQ(base.trust, BaseLayers::Trust::known);
}

TEST(KnownBases, AreFoundByDiffId) {
  const auto digest = Digest::parse("sha256:531743b7098cb2aaf615641007a129173f63ed86ca32fe7b5a246a1c47286028");
  std::vector<Layer> layers(2);
  layers[0].diff_id = {*digest};
  const auto base = find_known_base(layers);
  ASSERT_TRUE(base);
  EXPECT_EQ(base->name, "alpine 3.10, amd64");
  EXPECT_EQ(base->layer_count, 1u);
  std::swap(layers[0], layers[1]);
  EXPECT_FALSE(find_known_base(layers));
  EXPECT_FALSE(find_known_base({}));
}

}  // namespace
}  // namespace ocitidy::test
