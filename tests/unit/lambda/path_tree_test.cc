// Paths looked up through symlinks, those of strangers too.
#include "lambda/path_tree.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "unit/lambda/component_image.h"

namespace ocitidy::lambda {
namespace {

std::string found(PathTree& tree, std::string_view path, std::string_view from = "",
                  PathTree::Last last = PathTree::Last::keep) {
  const auto place = tree.find(path, tree.find(from).value(), last);
  return place ? "/" + tree.path(*place) : "none";
}

TEST(PathTree, FindsWhatTheModelFinds) {
  const ImageModel image = test::scan_for_components(
      "base none\nlayer\nfile usr/bin/ls \"x\"\nsymlink bin -> usr/bin\nsymlink a -> /b/../bin/./ls\ndir b\n"
      "symlink usr/up -> ../../../b\nsymlink usr/bin/rel -> ls\n");
  PathTree tree(image);
  using enum PathTree::Last;
  EXPECT_EQ(found(tree, "/bin/ls"), "/usr/bin/ls");
  EXPECT_EQ(found(tree, "bin"), "/bin");
  EXPECT_EQ(found(tree, "bin/"), "/bin");
  EXPECT_EQ(found(tree, "bin", "", follow), "/usr/bin");
  EXPECT_EQ(found(tree, "a", "", follow), "/usr/bin/ls");
  EXPECT_EQ(found(tree, "usr/up/..", "", follow), "/");
  EXPECT_EQ(found(tree, "rel", "usr/bin", follow), "/usr/bin/ls");
  EXPECT_EQ(found(tree, "../../etc", "usr/bin"), "none");
  EXPECT_EQ(found(tree, "../../../../b", "usr/bin"), "/b");
  EXPECT_EQ(found(tree, "usr/bin/ls/x"), "none");
  EXPECT_EQ(found(tree, ""), "/");
  EXPECT_EQ(tree.size(), image.node_count());
}

TEST(PathTree, EndsInCircles) {
  const ImageModel image = test::scan_for_components(
      "base none\nlayer\nsymlink a -> b\nsymlink b -> a\nsymlink self -> self/x\nsymlink empty -> \"\"\n");
  PathTree tree(image);
  for (const char* path : {"a", "b", "a/x", "self", "self/y"})
    EXPECT_EQ(found(tree, path, "", PathTree::Last::follow), "none") << path;
}

TEST(PathTree, GivesUpOnChainsThatLinuxGivesUpOn) {
  std::string recipe = "base none\nlayer\nfile l0 \"x\"\n";
  for (int i = 1; i <= 60; ++i) recipe += cat("symlink l", i, " -> l", i - 1, "\n");
  const ImageModel image = test::scan_for_components(recipe);
  PathTree tree(image);
  EXPECT_EQ(found(tree, "l40", "", PathTree::Last::follow), "/l0");
  PathTree again(image);
  EXPECT_EQ(found(again, "l60", "", PathTree::Last::follow), "none");
}

}  // namespace
}  // namespace ocitidy::lambda
