// used_paths_test - what a list leads to, and in which order.
#include "image/used_paths.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "ocitidy/inspect.h"
#include "support/rule_test.h"

namespace ocitidy {
namespace {

using Paths = std::vector<std::string>;

ImageModel model_of(std::string_view recipe) { return *scan(test::image_of(recipe), {}); }

Paths order_of(const ImageModel& image, const Paths& used, const Paths& keep = {}) {
  const UsedPaths paths(image, used, keep);
  EXPECT_EQ(paths.size(), paths.in_order().size());
  Paths order;
  for (const NodeId node : paths.in_order()) {
    EXPECT_TRUE(paths.has(node));
    if (node != NodeId::root) order.push_back(image.path(node));
  }
  return order;
}

constexpr std::string_view kBare = "config entrypoint ; cmd ; workdir /\nbase none\nlayer\n";

TEST(UsedPaths, FilesComeInTheOrderOfTheListBehindTheirDirectories) {
  const ImageModel image = model_of(cat(kBare, "file a/x \"x\"\nfile a/y \"y\"\nfile b/z \"z\"\nfile c \"c\"\n"));
  EXPECT_EQ(order_of(image, {"b/z", "a/y", "b/z", "a/x"}), (Paths{"b", "b/z", "a", "a/y", "a/x"}));
  EXPECT_EQ(order_of(image, {}), Paths{});
}

TEST(UsedPaths, LinksStandBeforeWhatTheyLeadTo) {
  const ImageModel image = model_of(cat(kBare,
                                        "symlink lib -> usr/lib\nfile usr/lib/real \"r\"\n"
                                        "symlink usr/lib/so -> ../lib/real\nsymlink loop -> loop\n"));
  EXPECT_EQ(order_of(image, {"lib/so"}), (Paths{"lib", "usr", "usr/lib", "usr/lib/so", "usr/lib/real"}));
  EXPECT_EQ(order_of(image, {"loop"}), Paths{"loop"});
}

TEST(UsedPaths, CompanionsFollowWhatBroughtThemIn) {
  const ImageModel image = model_of(cat(kBare,
                                        "file m/a.py \"a\"\nfile m/b.py \"b\"\n"
                                        "file m/__pycache__/a.cpython-311.pyc \"x\"\n"
                                        "file m/__pycache__/b.cpython-311.pyc \"y\"\n"
                                        "file one \"1\"\nhardlink two -> one\nfile z \"z\"\n"));
  EXPECT_EQ(order_of(image, {"m/__pycache__/b.cpython-311.pyc", "two", "m/a.py", "z"}),
            (Paths{"m", "m/__pycache__", "m/__pycache__/b.cpython-311.pyc", "m/b.py", "two", "one", "m/a.py",
                   "m/__pycache__/a.cpython-311.pyc", "z"}));
}

TEST(UsedPaths, AnotherNameOfAUsedFileBringsItsBytecodeOnceItIsUsedItself) {
  const ImageModel image = model_of(cat(kBare, "file a.py \"a\"\nhardlink b.py -> a.py\nfile b.pyc \"b\"\n"));
  EXPECT_EQ(order_of(image, {"a.py"}), (Paths{"a.py", "b.py"}));
  EXPECT_EQ(order_of(image, {"a.py", "b.py"}), (Paths{"a.py", "b.py", "b.pyc"}));
}

TEST(UsedPaths, GlobsStandWhereTheyAreInTheOrderOfTheTree) {
  const ImageModel image = model_of(cat(kBare,
                                        "file s/b.so \"b\"\nfile s/a.so \"a\"\nfile t/x \"x\"\nfile u \"u\"\n"
                                        "file v/[id].js \"v\"\n"));
  EXPECT_EQ(order_of(image, {"t/x", "s/*.so", "u"}), (Paths{"t", "t/x", "s", "s/a.so", "s/b.so", "u"}));
  EXPECT_EQ(order_of(image, {"u"}, {"t/**"}), (Paths{"u", "t", "t/x"}));
  EXPECT_EQ(order_of(image, {"v/[id].js"}), (Paths{"v", "v/[id].js"})) << "brackets are none of ours";
}

TEST(UsedPaths, TheStartCommandComesFirst) {
  const ImageModel image = model_of(
      "config entrypoint /bin/run ; cmd app.f ; workdir /work\nbase none\nlayer\n"
      "file bin/run \"r\"\nfile work/app.py \"a\"\nfile z \"z\"\n");
  EXPECT_EQ(order_of(image, {"z"}), (Paths{"bin", "bin/run", "work", "z"}));
}

TEST(UsedPaths, WhatTheImageHasNotIsMissing) {
  const ImageModel image = model_of(cat(kBare, "file a/x \"x\"\nsymlink l -> a\n"));
  const Paths used{"a/none", "l/x", "**/*.so", "a/x"}, keep{"b/**", "a/*"};
  EXPECT_EQ(UsedPaths(image, used, keep).missing(), (Paths{"a/none", "**/*.so", "b/**"}));
}

}  // namespace
}  // namespace ocitidy
