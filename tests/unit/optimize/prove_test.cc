// prove_test.cc - the proof fails for every kind of difference that no plan explains, and for what a plan says and is
// not so.
#include "optimize/prove.h"

#include <gtest/gtest.h>

#include "ocitidy/inspect.h"
#include "support/recipe.h"
#include "support/rule_test.h"
#include "support/tree_lines.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kBefore =
    "layer\ndir opt\nfile opt/a \"a\" xattr=user.x:1\nhardlink opt/b -> opt/a\nfile opt/c \"c\"\nsymlink opt/l -> a\n";

ImageModel model_of(std::string_view recipe) { return *scan(image_of(recipe), hashing(1)); }

/// What the proof says of `after` when nothing was planned.
std::vector<std::string> problems_with(std::string_view after) {
  const ImageModel before = model_of(kBefore), now = model_of(after);
  const OptimizeOptions options;
  return prove_tree(before, now, Plan(before, options, 0), nullptr).problems;
}

using Problems = std::vector<std::string>;

TEST(Prove, NothingPlannedAndNothingChanged) { EXPECT_EQ(problems_with(kBefore), Problems{}); }

TEST(Prove, EachDifferenceIsAProblem) {
  const auto with = [](std::string_view old, std::string_view now) {
    std::string text(kBefore);
    text.replace(text.find(old), old.size(), now);
    return problems_with(text);
  };
  EXPECT_EQ(with("file opt/c \"c\"\n", ""), Problems{"'/opt/c' is gone"});
  EXPECT_EQ(with("file opt/c \"c\"\n", "file opt/c \"c\"\nfile opt/d \"d\"\n"), Problems{"'/opt/d' has come"});
  EXPECT_EQ(with("opt/c \"c\"", "opt/c \"C\""), Problems{"'/opt/c' differs in content"});
  EXPECT_EQ(with("opt/c \"c\"", "opt/c \"cc\""), Problems{"'/opt/c' differs in content"});
  EXPECT_EQ(with("opt/c \"c\"", "opt/c 0600 \"c\""), Problems{"'/opt/c' differs in mode"});
  EXPECT_EQ(with("opt/c \"c\"", "opt/c \"c\" uid=7"), Problems{"'/opt/c' differs in owner"});
  EXPECT_EQ(with("opt/c \"c\"", "opt/c \"c\" gid=7"), Problems{"'/opt/c' differs in owner"});
  EXPECT_EQ(with("opt/c \"c\"", "opt/c \"c\" mtime=5"), Problems{"'/opt/c' differs in mtime"});
  EXPECT_EQ(with("dir opt", "dir opt mtime=5"), Problems{"'/opt' differs in mtime"});
  EXPECT_EQ(with("opt/l -> a", "opt/l -> b"), Problems{"'/opt/l' differs in link target"});
  EXPECT_EQ(with("symlink opt/l -> a", "file opt/l \"a\""), Problems{"'/opt/l' differs in type"});
  EXPECT_EQ(with("xattr=user.x:1", "xattr=user.x:2"),
            (Problems{"'/opt/a' differs in extended attributes", "'/opt/b' differs in extended attributes"}));
  EXPECT_EQ(with("hardlink opt/b -> opt/a", "file opt/b \"a\" xattr=user.x:1"),
            Problems{"'/opt/b' differs in hard links"});
  EXPECT_EQ(with("file opt/c \"c\"", "hardlink opt/c -> opt/a"),
            (Problems{"'/opt/c' differs in extended attributes, content, hard links"}));
}

constexpr PassInfo kPass{.id = "a-pass", .title = "For this test", .since = "0.1.0"};

TEST(Prove, WhatIsPlannedMustBeSo) {
  const ImageModel before = model_of(kBefore);
  const OptimizeOptions options;
  const NodeId c = *before.find("opt/c");
  Plan plan(before, options, 0);
  plan.begin(kPass);
  plan.edit(before.node(c), "a reason").mode = 0600;
  plan.add_directory("opt/new", 0755, "another");
  plan.remove(*before.find("opt/l"), "opt/l", "a third");
  EXPECT_EQ(prove_tree(before, before, plan, nullptr).problems,
            (Problems{"'/opt/c' has not the mode it was to get", "'/opt/l' is to go and is there",
                      "'/opt/new' was to come and is not there"}));

  std::string text(kBefore);
  text.replace(text.find("opt/c \"c\""), 9, "opt/c 0600 \"c\"");
  text.resize(text.find("symlink"));
  const ImageModel after = model_of(text + "dir opt/new mtime=0\n");
  const TreeProof proof = prove_tree(before, after, plan, nullptr);
  EXPECT_EQ(proof.problems, Problems{});
  ASSERT_EQ(proof.changes.size(), 3);
  EXPECT_EQ(proof.changes[0].path, "opt/c");
  EXPECT_EQ(proof.changes[0].pass, "a-pass");
  EXPECT_EQ(proof.changes[0].reason, "a reason");
}

}  // namespace
}  // namespace ocitidy::test
