// peer_bugs_test.cc - images that other tools flattened, squashed or rewrote wrongly. Each test is named after the
// report; the tree that a process must see stands in it as data, and the reference model must agree.
#include <gtest/gtest.h>

#include <map>

#include "base/hasher.h"
#include "base/text.h"
#include "support/pass_test.h"

namespace ocitidy::test {
namespace {

/// Path -> "dir 0755", "file CONTENT", "link TARGET", "same as PATH" for a further name of a file.
using Tree = std::map<std::string, std::string>;

std::string what_is_at(const ImageModel& model, NodeId id, const Tree& wanted,
                       std::map<std::uint32_t, std::string>& names, const std::string& path) {
  const Node node = model.node(id);
  if (node.type == EntryType::directory) return cat("dir ", octal(node.mode));
  const auto [first, is_new] = names.try_emplace(node.inode, path);
  if (!is_new) return cat("same as ", first->second);
  if (node.type == EntryType::symlink) return cat("link ", node.link_target);
  if (node.type != EntryType::file) return std::string(entry_type_name(node.type));
  const Sha256* const sha256 = model.content_sha256(*node.made_by);
  const std::string got = sha256 ? hex({reinterpret_cast<const char*>(sha256->data()), sha256->size()}) : "";
  const auto it = wanted.find(path);
  const bool has_text = it != wanted.end() && it->second.starts_with("file ");
  return has_text && digest_of(it->second.substr(5)).hex() == got ? it->second : cat("file of SHA-256 ", got);
}

Tree tree_of(const ImageModel& model, const Tree& wanted) {
  Tree tree;
  std::map<std::uint32_t, std::string> names;
  model.walk([&](NodeId id, std::string_view path) {
    tree[std::string(path)] = what_is_at(model, id, wanted, names, std::string(path));
  });
  return tree;
}

/// The layers of `image`, optimized as they are and squashed, show `tree`.
void expect_tree(std::string_view layers, const Tree& tree) {
  for (const char* how : {"optimize", "optimize squash", "optimize max-layers=2", "optimize base=1 squash"}) {
    SCOPED_TRACE(how);
    const auto recipe = parse_pass_recipe(cat(layers, "\n", how, "\n"));
    ASSERT_TRUE(recipe) << describe(recipe.error());
    const ImageModel model = model_of(optimized(recipe->image, recipe->options).image);
    EXPECT_EQ(tree_of(model, tree), tree);
    EXPECT_EQ(difference(lines_of(model, WithLayers::no), lines_of(reference_of(recipe->image), WithLayers::no)), "");
  }
}

TEST(PeerBugs, CraneFlatten2002LiveHardLinkKeepsItsBytes) {
  expect_tree(
      "layer\ndir opt\nfile opt/a \"old\"\nhardlink opt/b -> opt/a\n"
      "layer\nfile opt/a \"new\"\n",
      {{"opt", "dir 0755"}, {"opt/a", "file new"}, {"opt/b", "file old"}});
}

TEST(PeerBugs, CraneFlatten2029DirectoryDeletedAndMadeAgain) {
  expect_tree(
      "layer\ndir opt\nfile opt/old \"o\"\n"
      "layer\nwhiteout opt\n"
      "layer\ndir opt 0700\nfile opt/new \"n\"\n",
      {{"opt", "dir 0700"}, {"opt/new", "file n"}});
}

TEST(PeerBugs, CraneFlatten2372OpaqueDirectory) {
  expect_tree(
      "layer\ndir opt\nfile opt/old \"o\"\ndir opt/d\nfile opt/d/x \"x\"\n"
      "layer\ndir opt\nfile opt/new \"n\"\nopaque opt\n",
      {{"opt", "dir 0755"}, {"opt/new", "file n"}});
}

TEST(PeerBugs, CraneFlatten1623WhiteoutsOfOneLayer) {
  expect_tree("layer\ndir opt\nwhiteout opt/never\nfile opt/a \"a\"\nopaque opt\n",
              {{"opt", "dir 0755"}, {"opt/a", "file a"}});
  for (const char* how : {"optimize", "optimize squash"}) {
    const Optimized out =
        optimized(cat("layer\ndir opt\nwhiteout opt/never\nfile opt/a \"a\" size=50k\nopaque opt\n", how, "\n"));
    for (const std::string& line : lines_of_image(model_of(out.image))) {
      EXPECT_EQ(line.find("whiteout"), std::string::npos) << line;
      EXPECT_EQ(line.find("opaque"), std::string::npos) << line;
    }
  }
}

TEST(PeerBugs, CraneExport2238AbsoluteSymlinkStays) {
  expect_tree(
      "layer\ndir bin\nfile bin/sh \"sh\"\n"
      "layer\nsymlink absolute -> /bin/sh\nsymlink outside -> ../../../etc/passwd\nsymlink dangling -> /nowhere\n",
      {{"bin", "dir 0755"},
       {"bin/sh", "file sh"},
       {"absolute", "link /bin/sh"},
       {"outside", "link ../../../etc/passwd"},
       {"dangling", "link /nowhere"}});
}

TEST(PeerBugs, CraneExport2399DotSlashRoot) {
  expect_tree("layer bare\ndir ./ 0711\ndir ./opt\nfile ./opt/a \"a\"\nlayer bare\ndir . 0755\nfile ./b \"b\"\n",
              {{"opt", "dir 0755"}, {"opt/a", "file a"}, {"b", "file b"}});
}

TEST(PeerBugs, Squash80LinkTargetRemovedLinkStays) {
  expect_tree(
      "layer\ndir opt\nfile opt/a \"bytes\"\nhardlink opt/b -> opt/a\n"
      "layer\nwhiteout opt/a\n",
      {{"opt", "dir 0755"}, {"opt/b", "file bytes"}});
}

TEST(PeerBugs, Squash94HardLinksOfSeveralLayers) {
  expect_tree(
      "layer\ndir opt\nfile opt/a \"a\"\nhardlink opt/b -> opt/a\n"
      "layer\nfile opt/c \"c\"\nhardlink opt/d -> opt/c\n"
      "layer\nfile opt/e \"e\"\n",
      {{"opt", "dir 0755"},
       {"opt/a", "file a"},
       {"opt/b", "same as opt/a"},
       {"opt/c", "file c"},
       {"opt/d", "same as opt/c"},
       {"opt/e", "file e"}});
}

TEST(PeerBugs, Squash97And100WhiteoutsOfTheBaseStay) {
  constexpr std::string_view kLayers =
      "layer\ndir opt\nfile opt/base \"b\"\ndir opt/gone\nfile opt/gone/x \"x\"\n"
      "layer\nwhiteout opt/base\n"
      "layer\nwhiteout opt/gone\nfile opt/own \"o\"\n";
  expect_tree(kLayers, {{"opt", "dir 0755"}, {"opt/own", "file o"}});
  const ImageModel model = model_of(optimized(cat(kLayers, "optimize base=1 squash\n")).image);
  ASSERT_EQ(model.layers().size(), 2u);
  EXPECT_EQ(model.layers()[1].entries[0].type, EntryType::whiteout);
  EXPECT_EQ(model.layers()[1].entries[1].type, EntryType::whiteout);
}

TEST(PeerBugs, Squash108DotSlashNamesMeetPlainOnes) {
  expect_tree(
      "layer bare\ndir ./opt\nfile ./opt/a \"old\"\nfile ./opt/b \"b\"\n"
      "layer bare\nfile opt/a \"new\"\nfile /opt/c \"c\"\n"
      "layer bare\nfile ./opt/.wh.b\n",
      {{"opt", "dir 0755"}, {"opt/a", "file new"}, {"opt/c", "file c"}});
}

TEST(PeerBugs, Squash116SymlinkAndWhiteoutOfOneName) {
  expect_tree(
      "layer\ndir opt\nfile opt/a \"a\"\ndir opt/d\nfile opt/d/x \"x\"\n"
      "layer\nwhiteout opt/a\nsymlink opt/a -> d/x\n"
      "layer\nwhiteout opt/d\nsymlink opt/d -> ../opt\n",
      {{"opt", "dir 0755"}, {"opt/a", "link d/x"}, {"opt/d", "link ../opt"}});
}

TEST(PeerBugs, Squash118FileAndHardLinkOfOneName) {
  constexpr std::string_view kLayers =
      "layer\ndir opt\nfile opt/a \"1\"\nfile opt/b \"2\"\n"
      "layer\nfile opt/b \"3\"\nhardlink opt/a -> opt/b\n"
      "layer\nfile opt/a \"4\"\nhardlink opt/c -> opt/a\n";
  expect_tree(kLayers, {{"opt", "dir 0755"}, {"opt/a", "file 4"}, {"opt/b", "file 3"}, {"opt/c", "same as opt/a"}});
  const ImageModel model = model_of(optimized(cat(kLayers, "optimize squash\n")).image);
  EXPECT_EQ(model.layers()[0].entries.size(), 4u) << "each path once";
}

TEST(PeerBugs, DotWhInsideAName) {
  expect_tree(
      "layer\ndir opt\nfile opt/a.wh.b \"1\"\nfile opt/x.wh. \"2\"\ndir opt/d.wh.d\nfile opt/d.wh.d/.whx \"3\"\n"
      "layer\nfile opt/c.wh..wh..opq \"4\"\nwhiteout opt/x.wh.\n",
      {{"opt", "dir 0755"},
       {"opt/a.wh.b", "file 1"},
       {"opt/d.wh.d", "dir 0755"},
       {"opt/d.wh.d/.whx", "file 3"},
       {"opt/c.wh..wh..opq", "file 4"}});
}

TEST(PeerBugs, RulesImg324LinkCycle) {
  // Links that lead in a circle name nothing: no engine makes them. One with a way out does.
  expect_tree(
      "layer\ndir opt\nhardlink opt/a -> opt/b\nhardlink opt/b -> opt/a\nhardlink opt/self -> opt/self\nfile opt/f "
      "\"f\"\n"
      "layer\nhardlink opt/g -> opt/f\nhardlink opt/f -> opt/g\n",
      {{"opt", "dir 0755"}, {"opt/f", "file f"}, {"opt/g", "same as opt/f"}});
}

TEST(PeerBugs, LinkToALinkAndAcrossLayers) {
  expect_tree(
      "layer\ndir opt\nfile opt/a \"a\"\n"
      "layer\nhardlink opt/b -> opt/a\nhardlink opt/c -> opt/b\n"
      "layer\nwhiteout opt/a\nhardlink opt/d -> opt/c\n",
      {{"opt", "dir 0755"}, {"opt/b", "file a"}, {"opt/c", "same as opt/b"}, {"opt/d", "same as opt/b"}});
}

TEST(PeerBugs, DirectoryBecomesFileAndBack) {
  expect_tree(
      "layer\ndir opt\nfile opt/x \"x\"\n"
      "layer\nfile opt \"a file\"\n"
      "layer\ndir opt 0750\nfile opt/y \"y\"\n",
      {{"opt", "dir 0750"}, {"opt/y", "file y"}});
}

TEST(PeerBugs, MembersBelowASymlinkedDirectory) {
  expect_tree(
      "layer\ndir usr\ndir usr/lib\nfile usr/lib/a \"a\"\nsymlink lib -> usr/lib\n"
      "layer bare\nfile lib/b \"b\"\nfile lib/.wh.a\n",
      {{"usr", "dir 0755"}, {"usr/lib", "dir 0755"}, {"usr/lib/b", "file b"}, {"lib", "link usr/lib"}});
}

TEST(PeerBugs, NamesWithSpaceBackslashNewline) {
  expect_tree(
      "layer\ndir opt\nfile \"opt/Transparent Busy.ani\" \"1\"\nfile opt/back\\\\slash \"2\"\nfile opt/new\\nline "
      "\"3\"\n"
      "file opt/\\xff\\xfe \"4\"\nfile opt/gone\\n \"g\"\n"
      "layer\nfile \"opt/.wh.gone\\n\"\nhardlink \"opt/a link\" -> opt/new\\nline\n",
      {{"opt", "dir 0755"},
       {"opt/Transparent Busy.ani", "file 1"},
       {"opt/back\\slash", "file 2"},
       {"opt/a link", "file 3"},
       {"opt/new\nline", "same as opt/a link"},
       {"opt/\xff\xfe", "file 4"}});
}

TEST(PeerBugs, SpecialFilesAndTheirLinks) {
  expect_tree(
      "layer\ndir dev\nchardev dev/null 1:3 0666\nblockdev dev/sda 8:0\nfifo dev/pipe\nhardlink dev/zero -> dev/null\n"
      "layer\nwhiteout dev/sda\n",
      {{"dev", "dir 0755"}, {"dev/null", "char"}, {"dev/pipe", "fifo"}, {"dev/zero", "same as dev/null"}});
}

}  // namespace
}  // namespace ocitidy::test
