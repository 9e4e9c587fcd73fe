// merged_tree_test - layer semantics, one case at a time. Ids in the names are those of the threat list: P paths and
// links, W whiteouts, M metadata. Random images against a slow model are in random_images_test.cc.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ocitidy/inspect.h"
#include "support/rule_test.h"

namespace ocitidy {
namespace {

ImageModel model_of(std::string_view recipe) {
  auto model = scan(test::image_of("base none\n" + std::string(recipe)), {});
  EXPECT_TRUE(model) << describe(model.error());
  return *std::move(model);
}

std::vector<std::string> paths(const ImageModel& model) {
  std::vector<std::string> all;
  model.walk([&](NodeId, std::string_view path) { all.emplace_back(path); });
  return all;
}

using Paths = std::vector<std::string>;

Oddity oddities(const ImageModel& model, EntryId id) { return model.entry(id).oddities; }

TEST(MergedTree, P01_P02_SpellingsAreOnePath) {
  EXPECT_EQ(paths(model_of("layer bare\ndir ./a\nfile /a//b\nfile a/c/../d\nfile ../../e\n")),
            (Paths{"a", "a/b", "a/d", "e"}));
}

TEST(MergedTree, P03_MembersBelowASymlinkLandWhereItPoints) {
  const auto model =
      model_of("layer\ndir usr/lib\nsymlink lib -> usr/lib\nlayer bare\nfile lib/x\nfile lib/../lib/y\n");
  EXPECT_EQ(paths(model), (Paths{"lib", "usr", "usr/lib", "usr/lib/x", "usr/lib/y"}));
  EXPECT_FALSE(has(oddities(model, {1, 0}), Oddity::missing_parent)) << "a link to a directory is a parent";
}

TEST(MergedTree, P03_AbsoluteAndUpwardSymlinksStayInsideTheRoot) {
  EXPECT_EQ(paths(model_of("layer\ndir real\nsymlink a/b -> /real\nsymlink a/c -> ../../../../real\nlayer bare\nfile "
                           "a/b/x\nfile a/c/y\n")),
            (Paths{"a", "a/b", "a/c", "real", "real/x", "real/y"}));
}

TEST(MergedTree, P04_TheRootStaysADirectory) {
  const auto model = model_of("layer bare\nfile x\nsymlink . -> /etc\nfile ./\n");
  EXPECT_EQ(paths(model), Paths{"x"});
  EXPECT_TRUE(has(oddities(model, {0, 1}), Oddity::root_not_directory));
}

TEST(MergedTree, P05_P06_LinksToNothingMakeNothing) {
  const auto model = model_of(
      "layer bare\ndir d\nhardlink a -> ../../etc/shadow\nhardlink b -> later\nfile later\nhardlink c -> c\nhardlink e "
      "-> d\n");
  EXPECT_EQ(paths(model), (Paths{"d", "later"}));
  for (const std::uint32_t i : {1U, 2U, 4U}) EXPECT_TRUE(has(oddities(model, {0, i}), Oddity::dangling_link)) << i;
  EXPECT_TRUE(has(oddities(model, {0, 5}), Oddity::link_to_directory));
}

TEST(MergedTree, P07_ALinkKeepsTheInodeItWasBoundTo) {
  const auto model = model_of("layer\nfile a \"old\"\nhardlink b -> a\nlayer\nfile a \"brand new\"\n");
  EXPECT_EQ(model.node(*model.find("b")).size_bytes, 3U);
  EXPECT_EQ(model.node(*model.find("a")).size_bytes, 9U);
  EXPECT_EQ(model.hidden_by({0, 0}), std::nullopt) << "still visible as b";
}

TEST(MergedTree, P07_AllNamesGoneMeansHidden) {
  const auto model = model_of("layer\nfile a \"old\"\nhardlink b -> a\nlayer\nwhiteout a\nlayer\nfile b \"new\"\n");
  EXPECT_EQ(model.hidden_by({0, 0}), (EntryId{2, 0})) << "the last name went with layer 2";
}

TEST(MergedTree, P07_ALinkIntoALowerLayerSurvivesItsTargetsWhiteout) {
  const auto model = model_of("layer\nfile a \"text\" 0640 uid=7\nlayer\nhardlink b -> a 0777 uid=9\nwhiteout a\n");
  EXPECT_EQ(paths(model), Paths{"b"});
  EXPECT_EQ(model.node(*model.find("b")).mode, 0640U) << "the link's own header changes nothing";
  EXPECT_EQ(model.node(*model.find("b")).uid, 7U);
  EXPECT_TRUE(has(oddities(model, {1, 0}), Oddity::cross_layer_link));
}

TEST(MergedTree, P07_LinksToSymlinksAndChains) {
  const auto model =
      model_of("layer\nfile a \"x\"\nsymlink s -> a\nhardlink t -> s\nhardlink b -> a\nhardlink c -> b\n");
  EXPECT_EQ(model.node(*model.find("t")).type, EntryType::symlink);
  EXPECT_EQ(model.node(*model.find("c")).link_count, 3U);
  EXPECT_EQ(model.node(*model.find("c")).inode, model.node(*model.find("a")).inode);
}

TEST(MergedTree, P08_SymlinkLoopsAndBombsEnd) {
  std::string bomb = "layer bare\nsymlink s0 -> .\n";
  for (int i = 1; i < 60; ++i) {
    const std::string below = "s" + std::to_string(i - 1);
    bomb += "symlink s" + std::to_string(i) + " -> " + below + "/../" + below + "\n";
  }
  const auto model = model_of(bomb + "symlink loop -> loop\nfile loop/x\nfile s59/y\n");
  EXPECT_EQ(model.find("loop/x"), std::nullopt);
  EXPECT_EQ(model.resolve("loop"), std::nullopt);
  EXPECT_EQ(model.resolve("s59"), std::nullopt);
  EXPECT_TRUE(has(oddities(model, {0, 61}), Oddity::too_many_symlinks));
  EXPECT_TRUE(has(oddities(model, {0, 62}), Oddity::too_many_symlinks));
}

TEST(MergedTree, P08_FortySymlinksAreFollowedFortyOneAreNot) {
  std::string chain = "layer bare\ndir d\nsymlink s1 -> d\n";
  for (int i = 2; i <= 41; ++i) chain += "symlink s" + std::to_string(i) + " -> s" + std::to_string(i - 1) + "\n";
  const auto model = model_of(chain);
  EXPECT_TRUE(model.resolve("s40"));
  EXPECT_FALSE(model.resolve("s41"));
}

TEST(MergedTree, P09_TheLastDuplicateWinsAndTheFirstIsHidden) {
  const auto model = model_of("layer bare\nfile a \"1\"\nfile ./a \"22\"\ndir d 0700\ndir d/ 0711\n");
  EXPECT_EQ(model.node(*model.find("a")).size_bytes, 2U);
  EXPECT_EQ(model.node(*model.find("d")).mode, 0711U);
  EXPECT_EQ(model.hidden_by({0, 0}), (EntryId{0, 1}));
  EXPECT_TRUE(has(oddities(model, {0, 1}), Oddity::duplicate_member));
  EXPECT_TRUE(has(oddities(model, {0, 3}), Oddity::duplicate_member));
  EXPECT_FALSE(has(oddities(model, {0, 0}), Oddity::duplicate_member));
}

TEST(MergedTree, P10_TypesChange) {
  const auto model = model_of("layer\nfile a/b\nfile c\nsymlink s -> a\nlayer\nfile a\ndir c\nfile c/d\ndir s\n");
  EXPECT_EQ(paths(model), (Paths{"a", "c", "c/d", "s"}));
  EXPECT_EQ(model.node(*model.find("s")).type, EntryType::directory);
  EXPECT_EQ(model.hidden_by({0, 1}), (EntryId{1, 0})) << "a/b went with its directory";
}

TEST(MergedTree, P10_AParentThatIsAFileIsReplaced) {
  const auto model = model_of("layer\nfile a\nlayer bare\nfile a/b\n");
  EXPECT_EQ(paths(model), (Paths{"a", "a/b"}));
  EXPECT_TRUE(has(oddities(model, {1, 0}), Oddity::parent_not_directory | Oddity::missing_parent));
}

TEST(MergedTree, P11_NamesAreBytes) {
  EXPECT_EQ(
      paths(model_of(
          "layer\nfile README\nfile readme\nfile \"caf\\xe9\"\nfile \"caf\\xc3\\xa9\"\nfile \"cafe\\xcc\\x81\"\n")),
      (Paths{"README", "cafe\xCC\x81", "caf\xC3\xA9", "caf\xE9", "readme"}));
}

TEST(MergedTree, P12_DepthCostsNoStack) {
  std::string path;
  for (int i = 0; i < 20'000; ++i) path += "d/";
  const auto model = model_of("layer bare\nfile " + path + "x\n");
  EXPECT_EQ(model.node_count(), 20'002U);
  EXPECT_EQ(paths(model).size(), 20'001U);
}

TEST(MergedTree, MissingParentsAreImpliedAndMarkedInStreamOrder) {
  const auto model = model_of("layer bare\nfile a/b/x\ndir a/b 0700\nfile a/b/y\ndir a\n");
  EXPECT_EQ(model.node(*model.find("a/b")).mode, 0700U);
  EXPECT_TRUE(has(oddities(model, {0, 0}), Oddity::missing_parent));
  EXPECT_TRUE(has(oddities(model, {0, 1}), Oddity::missing_parent)) << "a is still implied";
  EXPECT_FALSE(has(oddities(model, {0, 2}), Oddity::missing_parent));
  const auto implied = model_of("layer bare\nfile a/x uid=5\n");
  const Node node = implied.node(*implied.find("a"));
  EXPECT_EQ(node.mode, 0755U);
  EXPECT_EQ(node.uid, 0U);
  EXPECT_EQ(node.made_by, std::nullopt);
}

TEST(MergedTree, W01_W05_W06_NamesThatAreNoWhiteoutsHideNothing) {
  const auto model = model_of(
      "layer\nfile d/x\nlayer bare\nfile .wh.\nfile .wh..\nfile .wh...\nfile d/.wh.\nfile .wh..wh.plnk\nfile "
      ".wh.d/inner\n");
  EXPECT_EQ(paths(model), (Paths{"d", "d/x"}));
  EXPECT_TRUE(has(oddities(model, {1, 0}), Oddity::bad_whiteout_name));
  EXPECT_TRUE(has(oddities(model, {1, 4}), Oddity::aufs_metadata));
  EXPECT_TRUE(has(oddities(model, {1, 5}), Oddity::below_whiteout));
}

TEST(MergedTree, W02_OpaqueHidesLowerChildrenWhereverItStands) {
  for (const std::string_view layer : {"opaque d\ndir d\nfile d/new\n", "dir d\nfile d/new\nopaque d\n"}) {
    const auto model = model_of("layer\nfile d/old\nfile d/sub/old\nfile e/old\nlayer bare\n" + std::string(layer));
    EXPECT_EQ(paths(model), (Paths{"d", "d/new", "e", "e/old"})) << layer;
  }
}

TEST(MergedTree, W02_OpaqueAtTheRootAndOfNothing) {
  EXPECT_EQ(paths(model_of("layer\nfile a/b\nlayer bare\nfile x\nopaque /\n")), Paths{"x"});
  const auto model = model_of("layer\nfile a\nlayer bare\nopaque nowhere\n");
  EXPECT_EQ(paths(model), Paths{"a"});
  EXPECT_TRUE(has(oddities(model, {1, 0}), Oddity::dangling_whiteout));
}

TEST(MergedTree, W03_AWhiteoutNeverHidesItsOwnLayer) {
  for (const std::string_view layer : {"whiteout x\nfile x \"new\"\n", "file x \"new\"\nwhiteout x\n"}) {
    const auto model = model_of("layer\nfile x \"old one\"\nlayer bare\n" + std::string(layer));
    EXPECT_EQ(model.node(model.find("x").value()).size_bytes, 3U) << layer;
    EXPECT_TRUE(model.hidden_by({0, 0}));
  }
}

TEST(MergedTree, W03_DirectoriesToo) {
  for (const std::string_view layer : {"whiteout d\ndir d\nfile d/new\n", "dir d\nfile d/new\nwhiteout d\n"}) {
    EXPECT_EQ(paths(model_of("layer\nfile d/old\nfile d/sub/x\nlayer bare\n" + std::string(layer))),
              (Paths{"d", "d/new"}))
        << layer;
  }
}

TEST(MergedTree, W04_AWhiteoutTakesTheSubtreeAndAnUpperLayerMayBringItBack) {
  const auto model = model_of("layer\nfile d/a\nfile d/b/c\nlayer\nwhiteout d\nlayer\nfile d/new\n");
  EXPECT_EQ(paths(model), (Paths{"d", "d/new"}));
  EXPECT_EQ(model.hidden_by({0, 1}), (EntryId{1, 0}));
}

TEST(MergedTree, W04_ThroughASymlinkedDirectory) {
  EXPECT_EQ(paths(model_of("layer\nfile usr/lib/x\nsymlink lib -> usr/lib\nlayer bare\nwhiteout lib/x\n")),
            (Paths{"lib", "usr", "usr/lib"}));
}

TEST(MergedTree, W04_InTheFirstLayerOrOfNothingItDangles) {
  const auto model = model_of("layer bare\nwhiteout x\nlayer\nfile a\nlayer bare\nwhiteout b\nwhiteout a\n");
  EXPECT_TRUE(has(oddities(model, {0, 0}), Oddity::dangling_whiteout));
  EXPECT_TRUE(has(oddities(model, {2, 0}), Oddity::dangling_whiteout));
  EXPECT_FALSE(has(oddities(model, {2, 1}), Oddity::dangling_whiteout));
}

TEST(MergedTree, M_NumbersSurviveWhole) {
  const auto model = model_of("layer\nfile old mtime=-86400.5 uid=4294967295 gid=3000000 4755\nchardev null 1:3\n");
  const Node node = model.node(*model.find("old"));
  EXPECT_EQ(node.mtime_s, -86401);
  EXPECT_EQ(node.mtime_ns, 500'000'000U);
  EXPECT_EQ(node.uid, 4'294'967'295U);
  EXPECT_EQ(node.gid, 3'000'000U);
  EXPECT_EQ(node.mode, 04755U);
  EXPECT_EQ(model.node(*model.find("null")).device_minor, 3U);
}

TEST(MergedTree, M04_XattrsSurviveWithNulBytes) {
  const auto model = model_of("layer\nfile ping \"x\" xattr=security.capability:\"\\x01\\0\\0\\x02\"\n");
  const auto xattrs = model.xattrs({0, 0});
  ASSERT_EQ(xattrs.size(), 1U);
  EXPECT_EQ(xattrs[0].value, std::string("\x01\0\0\x02", 4));
}

TEST(MergedTree, M04_AnEmptyXattrRecordIsNone) {
  EXPECT_TRUE(model_of("layer\nfile a \"x\" xattr=user.gone:\n").xattrs({0, 0}).empty());
}

TEST(MergedTree, P03_WhatIsGoneAndLeftAgainIsNotMade) {
  EXPECT_EQ(paths(model_of("layer bare\nsymlink a -> gone/../d\nfile a/x\nfile f\nhardlink g -> a/x\n")),
            (Paths{"a", "d", "d/x", "f", "g"}));
}

TEST(MergedTree, WhatNoEngineUnpacksHidesItself) {
  const auto model = model_of("layer bare\nsymlink a -> a\nfile a/x \"text\"\n");
  EXPECT_EQ(model.hidden_by({0, 1}), (EntryId{0, 1}));
  EXPECT_EQ(inspect(model).total.wasted_bytes, 4U);
}

TEST(MergedTree, SweepsOfManyWhiteoutsStayLinear) {
  // 2,000 nested directories, each whited out and declared anew by one layer: quadratic code would take minutes here.
  std::string lower = "layer bare\n", upper = "layer bare\n", path;
  for (int i = 0; i < 2'000; ++i) {
    path += path.empty() ? "d" : "/d";
    lower += "dir " + path + "\n";
    upper += "whiteout " + path + "\ndir " + path + "\n";
  }
  EXPECT_EQ(model_of(lower + upper).node_count(), 2'001U);
}

}  // namespace
}  // namespace ocitidy
