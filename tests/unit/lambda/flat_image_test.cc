// The model of the file system that Lambda makes: what moves when something changes, and what does not.
#include "lambda/flat_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "image/scan.h"
#include "support/image_builder.h"
#include "support/random_image.h"
#include "support/rule_test.h"

namespace ocitidy::lambda {
namespace {

using test::Member;
using Members = std::vector<Member>;

/// Bytes that no two seeds share, none of them zero.
std::string bytes_of(std::uint64_t seed, std::size_t size) {
  std::string bytes;
  for (std::uint64_t i = 0; bytes.size() < size; ++i) bytes += cat(seed, ".", i, "\n");
  bytes.resize(size);
  return bytes;
}

Member file(std::string name, std::uint64_t seed, std::size_t size) {
  Member member;
  member.name = std::move(name);
  member.content = {.head = bytes_of(seed, size), .size_bytes = size};
  return member;
}

Member directory(std::string name) {
  Member member;
  member.type = EntryType::directory;
  member.name = std::move(name);
  member.mode = 0755;
  return member;
}

ImageModel model_of(const Image& image, Facts facts = Facts::block_hashes, Limits limits = {}) {
  auto resolved = resolve_image(image, {}, limits);
  auto model = scan_image(image, *std::move(resolved), {.limits = limits, .facts = facts});
  if (!model) throw std::runtime_error(model.error().message);
  return *std::move(model);
}

ImageModel model_of(const std::vector<Members>& layers, Facts facts = Facts::block_hashes) {
  test::ImageSpec spec;
  for (const Members& members : layers) {
    test::LayerSpec layer;
    layer.codec = Codec::none;
    layer.members = members;
    spec.layers.push_back(std::move(layer));
  }
  return model_of(test::build_image(spec).image, facts);
}

ImageModel model_of(std::string_view recipe) { return model_of(test::image_of(recipe)); }

FlatImage flat(const std::vector<Members>& layers) { return FlatImage(model_of(layers)); }

/// Chunks of `after` that `before` has not.
std::size_t new_chunks(const FlatImage& before, const FlatImage& after) {
  const auto contents = before.contents();
  return after.chunk_count() - after.shared_with(contents).count();
}

constexpr std::size_t kFileBytes = std::size_t{300} << 10;

/// Twenty files of 300 KiB: 75 blocks each, so 12 chunks of data.
Members many_files() {
  Members members;
  for (std::uint64_t i = 0; i < 20; ++i) members.push_back(file(cat("lib", i), i, kFileBytes));
  return members;
}

TEST(FlatImage, CountsChunks) {
  const FlatImage image = flat({many_files()});
  EXPECT_TRUE(image.has_content());
  EXPECT_EQ(image.metadata_count(), 1U);  // superblock and its like, and the first inodes behind them
  EXPECT_EQ(image.data_count(), 12U);     // 34 + 1 block of the root + 20 * 75 = 1535 blocks; / 128 = 11.99
  EXPECT_EQ(image.chunk_count(), 13U);
  EXPECT_EQ(image.contents().size(), 13U);
  EXPECT_TRUE(image.is_metadata(0));
  EXPECT_FALSE(image.is_metadata(1));
}

TEST(FlatImage, IsTheSameEachTime) {
  const FlatImage once = flat({many_files()}), again = flat({many_files()});
  EXPECT_TRUE(std::ranges::equal(once.chunks(), again.chunks()));
  EXPECT_EQ(new_chunks(once, again), 0U);
}

TEST(FlatImage, AFileEditedInPlaceCostsTheChunksItLiesIn) {
  Members edited = many_files();
  edited[10].content.head[5] = '!';
  EXPECT_EQ(new_chunks(flat({many_files()}), flat({edited})), 1U);
  edited[10].content.head[kFileBytes - 5] = '!';
  EXPECT_LE(new_chunks(flat({many_files()}), flat({edited})), 2U);
}

TEST(FlatImage, AnotherTimeCostsOneChunkOfInodes) {
  Members touched = many_files();
  touched[10].mtime_s += 1;
  EXPECT_EQ(new_chunks(flat({many_files()}), flat({touched})), 1U);
}

TEST(FlatImage, WhatGrowsMovesAllThatFollows) {
  for (const std::size_t grown : {0U, 10U, 19U}) {
    Members members = many_files();
    members[grown] = file(members[grown].name, grown, kFileBytes + 8192);
    const ImageModel model = model_of({members});
    const FlatImage before = flat({many_files()}), after(model);
    const std::size_t behind = after.chunk_end() - after.data_chunks(*model.find(members[grown].name)).first;
    const std::size_t found = new_chunks(before, after);
    EXPECT_GE(found, behind) << grown;
    EXPECT_LE(found, behind + 1) << grown << ": the chunk of metadata, no more";
  }
}

TEST(FlatImage, OneOrderIsNotAnother) {
  Members members = many_files();
  std::ranges::reverse(members);
  const FlatImage before = flat({many_files()}), after = flat({members});
  EXPECT_EQ(new_chunks(before, after), after.data_count()) << "the inodes say sizes, times and places: all equal here";
}

TEST(FlatImage, WhichLayerBringsAFileDoesNotMatter) {
  const Members all = many_files();
  const FlatImage one = flat({all});
  const FlatImage two = flat({Members(all.begin(), all.begin() + 7), Members(all.begin() + 7, all.end())});
  EXPECT_EQ(new_chunks(one, two), 0U);
}

TEST(FlatImage, ChunksOfZerosDoNotCount) {
  const ImageModel model = model_of("layer\nfile zeros zeros size=4M\nfile a \"x\"\n");
  const FlatImage image(model);
  EXPECT_EQ(image.data_count(), 2U);  // the first has the root's block, the last has `a`
  EXPECT_EQ(image.chunk_end() - image.data_chunks(NodeId::root).first, 9U);
  const std::vector nodes{*model.find("zeros")};
  EXPECT_EQ(image.data_chunks(nodes[0]).count, 9U);
  EXPECT_EQ(image.touched(nodes).count(), 3U);  // metadata, the root's block, the last zeros
}

TEST(FlatImage, AHardLinkTakesANameOnly) {
  const ImageModel model = model_of("layer\nfile a \"x\" size=9k\nhardlink b -> a\nfile c \"y\"\n");
  const FlatImage image(model);
  const auto extent = [&](std::string_view path) { return image.extent(*model.find(path)); };
  EXPECT_EQ(extent("a").first_block, 1U);
  EXPECT_EQ(extent("a").block_count, 3U);
  EXPECT_EQ(extent("b").first_block, 1U);
  EXPECT_EQ(extent("b").block_count, 3U);
  EXPECT_EQ(extent("c").first_block, 4U);
}

TEST(FlatImage, AFileLiesWhereItsFirstNamePutItEvenWhenThatIsGone) {
  const ImageModel model =
      model_of("layer\nfile a \"x\" size=9k\nhardlink b -> a\nfile c \"y\"\nlayer\nwhiteout a\nfile d \"z\"\n");
  const FlatImage image(model);
  const auto extent = [&](std::string_view path) { return image.extent(*model.find(path)); };
  EXPECT_EQ(extent("b").first_block, 1U);
  EXPECT_EQ(extent("b").block_count, 3U);
  EXPECT_EQ(extent("c").first_block, 4U);
  EXPECT_EQ(extent("d").first_block, 5U) << "the bytes of a are still b's";
}

TEST(FlatImage, DirectoriesAndLongLinksTakeBlocks) {
  const std::string longest(59, 't'), too_long(60, 't');
  const ImageModel model = model_of(cat("layer bare\nfile i/j/a \"x\"\ndir d\nsymlink s -> ", longest,
                                        "\nsymlink l -> ", too_long, "\nfifo p\nfile e\nfile b \"y\"\n"));
  const FlatImage image(model);
  const auto first = [&](std::string_view path) { return image.extent(*model.find(path)).first_block; };
  const auto count = [&](std::string_view path) { return image.extent(*model.find(path)).block_count; };
  EXPECT_EQ(first("i"), 1U);  // behind the root's; implied, so made just before what is in it
  EXPECT_EQ(first("i/j"), 2U);
  EXPECT_EQ(first("i/j/a"), 3U);
  EXPECT_EQ(first("d"), 4U);
  EXPECT_EQ(count("s"), 0U);
  EXPECT_EQ(first("l"), 5U);
  EXPECT_EQ(count("p"), 0U);
  EXPECT_EQ(count("e"), 0U);
  EXPECT_EQ(first("b"), 6U);
}

TEST(FlatImage, ADirectoryGrowsWhenItsNamesNoLongerFit) {
  // 4096 - 24 bytes; a name of 92 bytes takes 100: 40 fit into the first block.
  Members members;
  for (int i = 0; i < 45; ++i) members.push_back(file(cat(std::string(90, 'n'), 10 + i), 1, 1));
  const ImageModel model = model_of({members});
  const FlatImage image(model);
  const auto first = [&](std::size_t i) { return image.extent(*model.find(members[i].name)).first_block; };
  EXPECT_EQ(first(0), 1U);
  EXPECT_EQ(first(39), 40U);
  EXPECT_EQ(first(40), 42U) << "the directory's second block comes before the file";
  EXPECT_EQ(first(44), 46U);
}

TEST(FlatImage, ADirectoryDeclaredAnewStaysWhereItIs) {
  const Members base{directory("var"), directory("var/task"), file("lib", 1, kFileBytes)};
  const FlatImage before = flat({base});
  const ImageModel model = model_of({base, {directory("var/task"), file("var/task/app", 2, 10)}});
  const FlatImage after(model);
  EXPECT_EQ(after.extent(*model.find("var/task")).first_block, 2U);
  EXPECT_EQ(after.extent(*model.find("lib")).first_block, 3U);
  EXPECT_EQ(after.extent(*model.find("var/task/app")).first_block, 3U + 75U);
  EXPECT_EQ(before.data_count(), after.data_count());
}

TEST(FlatImage, WhatIsReplacedOrRemovedGivesItsRoomUp) {
  const Members base = many_files();
  const Members app{file("lib3", 99, kFileBytes + 8192), file(".wh.lib5", 0, 0), file("app", 100, 2 * kFileBytes)};
  const ImageModel model = model_of({base, app});
  const FlatImage image(model);
  const auto extents = [&](std::string_view path) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
    for (const Extent& extent : image.extents(*model.find(path)))
      all.emplace_back(extent.first_block, extent.block_count);
    return all;
  };
  using Extents = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  EXPECT_EQ(extents("lib4"), (Extents{{1 + 4 * 75, 75}})) << "what lies behind stays";
  EXPECT_EQ(extents("lib3"), (Extents{{1 + 3 * 75, 75}, {1 + 20 * 75, 2}})) << "its old room, and two blocks more";
  EXPECT_EQ(extents("app"), (Extents{{1 + 5 * 75, 75}, {3 + 20 * 75, 75}}));
  EXPECT_LE(new_chunks(flat({base}), image), 6U) << "metadata, two files of at most two chunks, the end";
}

TEST(FlatImage, AFileWrittenAgainTakesItsOwnRoom) {
  const Members base = many_files();
  Members copies(base.begin() + 5, base.begin() + 10);
  const FlatImage lower = flat({base});
  EXPECT_EQ(new_chunks(lower, flat({base, copies})), 0U);
  for (Member& copy : copies) copy.mode = 0600;
  EXPECT_EQ(new_chunks(lower, flat({base, copies})), 1U) << "their inodes";
}

TEST(FlatImage, BytesStayUntilTheirRoomIsTaken) {
  const Members base = many_files();
  const ImageModel model = model_of({base, {file(".wh.lib5", 0, 0)}});
  const FlatImage image(model);
  EXPECT_EQ(image.data_count(), flat({base}).data_count());
  EXPECT_EQ(new_chunks(flat({base}), image), 2U) << "metadata, and the block with the names";
}

TEST(FlatImage, RemovesDirectoriesWithAllThatIsInThem) {
  const std::string long_target(70, 't');
  const std::string lower = cat("layer\ndir d\ndir d/e\nfile d/e/a \"x\" size=9k\nsymlink d/s -> ", long_target,
                                "\nlayer\ndir d\nfile z \"z\"\n");
  const ImageModel before = model_of(lower), model = model_of(cat(lower, "layer\nwhiteout d\nfile n \"n\" size=26k\n"));
  const FlatImage image(model);
  EXPECT_EQ(image.extent(*model.find("z")).first_block, FlatImage(before).extent(*before.find("z")).first_block);
  const auto extents = image.extents(*model.find("n"));
  ASSERT_EQ(extents.size(), 2U) << "the two directories, three blocks of the file, and the link; then behind z";
  EXPECT_EQ(extents[0].first_block, 1U);
  EXPECT_EQ(extents[0].block_count, 6U);
  EXPECT_EQ(extents[1].first_block, 8U);
  EXPECT_EQ(extents[1].block_count, 1U);
}

TEST(FlatImage, IsWhatIsLeftWhenItIsLaidOutAlike) {
  // A file that comes, goes, and comes again with other bytes of the same length leaves no trace of the first ones.
  const Members first{file("a", 1, kFileBytes), file("b", 2, kFileBytes)};
  const Members other{file("a", 3, kFileBytes)};
  EXPECT_EQ(new_chunks(flat({{file("a", 3, kFileBytes), file("b", 2, kFileBytes)}}), flat({first, other})), 0U);
}

TEST(FlatImage, TouchesWhatIsReadAndWhatLeadsToIt) {
  Members members{directory("a")};
  for (Member& member : many_files()) members.push_back(std::move(member));
  members.push_back(directory("z"));
  members.push_back(file("z/f", 77, kFileBytes));
  const ImageModel model = model_of({members});
  const FlatImage image(model);
  const auto touched = [&](std::vector<NodeId> nodes) { return image.touched(nodes); };
  EXPECT_EQ(touched({}).count(), 1U);                  // the superblock
  EXPECT_EQ(touched({NodeId::root}).count(), 2U);      // and its block
  EXPECT_EQ(touched({*model.find("a")}).count(), 2U);  // the same chunks
  const ChunkSet last = touched({*model.find("z/f")});
  EXPECT_EQ(last.count(), 2U + image.data_chunks(*model.find("z/f")).count);
  EXPECT_TRUE(last.has(image.data_chunks(*model.find("z")).first));
  EXPECT_EQ(touched({*model.find("z/f"), *model.find("z/f"), *model.find("z")}).count(), last.count());
  EXPECT_EQ(last.count_shared(touched({NodeId::root})), 2U);
  const std::vector looked_up{*model.find("z/f")};
  EXPECT_EQ(image.touched({}, looked_up).count(), 3U) << "not its data";
}

TEST(FlatImage, ReadsAllBlocksOfADirectory) {
  Members members{directory("d")};
  for (int i = 0; i < 60; ++i) members.push_back(file(cat("d/", std::string(90, 'n'), 10 + i), 1, 64 << 10));
  const ImageModel model = model_of({members});
  const FlatImage image(model);
  const std::vector nodes{*model.find("d")};
  EXPECT_EQ(image.touched(nodes).count(), 3U);  // metadata, the first block's chunk, the second's
}

TEST(FlatImage, WithoutBlockHashesOnlyPlacesAreKnown) {
  const Image image = test::image_of("layer\nfile a sparse size=1G\nfile b \"x\"\n");
  for (const Facts facts : {Facts::none, Facts::block_hashes}) {
    Limits limits;
    limits.block_hash_bytes = 8;  // fewer than there are
    const ImageModel model = model_of(image, facts, limits);
    const FlatImage places(model);
    EXPECT_FALSE(places.has_content());
    EXPECT_TRUE(places.chunks().empty());
    EXPECT_TRUE(places.contents().empty());
    EXPECT_EQ(places.shared_with({}).count(), 0U);
    EXPECT_EQ(places.extent(*model.find("b")).first_block, 1U + (std::uint64_t{1} << 30) / 4096);
    EXPECT_EQ(places.data_count(), 2'049U);
    const std::vector nodes{*model.find("a")};
    EXPECT_EQ(places.touched(nodes).count(), 1U + 2'049U);
  }
}

TEST(FlatImage, SizesThatNobodyCheckedStayWithinBounds) {
  Member huge = file("a", 1, 100);  // its head is all that a scan without block hashes looks at
  huge.content.size_bytes = std::uint64_t{1} << 61;
  huge.content.storage = test::Content::Storage::sparse;
  Members members{huge, directory("d")};
  for (const char* name : {"b", "c"}) members.push_back(huge), members.back().name = name;
  const ImageModel model = model_of({members}, Facts::none);
  const FlatImage places(model);
  EXPECT_FALSE(places.has_content());
  EXPECT_LE(places.data_count(), kMostBlocks / kBlocksPerChunk + 1);
  EXPECT_EQ(places.extent(*model.find("c")).block_count, 1U);
}

TEST(FlatImage, TakesBlockHashesFromElsewhere) {
  const ImageModel model = model_of({many_files()});
  const ImageModel planned = model_of({many_files()}, Facts::none);
  const FlatImage there(planned, {.block_hashes = [&](EntryId id) { return model.block_hashes(id); }});
  EXPECT_TRUE(std::ranges::equal(there.chunks(), FlatImage(model).chunks()));
}

/// Whatever is replaced, removed, linked and led round in symbolic links: no two files share a block.
TEST(FlatImage, GivesEachBlockOfRandomImagesToOne) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const ImageModel model = model_of(test::build_image(test::random_image(seed, test::Wildness::anything).spec).image);
    const FlatImage image(model);
    ASSERT_TRUE(image.has_content()) << seed;
    std::set<std::uint32_t> inodes;
    std::set<std::uint64_t> blocks;
    std::vector<NodeId> all{NodeId::root};
    model.walk([&](NodeId id, std::string_view) { all.push_back(id); });
    for (const NodeId id : all) {
      const Node node = model.node(id);
      if (!inodes.insert(node.inode).second) continue;
      std::uint64_t count = 0;
      for (const Extent& extent : image.extents(id)) {
        for (std::uint64_t i = 0; i < extent.block_count; ++i) {
          EXPECT_TRUE(blocks.insert(extent.first_block + i).second) << seed << " " << model.path(id);
        }
        count += extent.block_count;
      }
      const std::uint64_t least = node.type == EntryType::directory ? 1 : (node.size_bytes + 4095) / 4096;
      EXPECT_GE(count, least) << seed;
      if (node.type == EntryType::file) {
        EXPECT_EQ(count, least) << seed;
      }
    }
    EXPECT_LE(image.touched(all).count(), image.chunk_count()) << seed;
    EXPECT_EQ(image.shared_with(FlatImage(model).contents()).count(), image.chunk_count()) << seed;
  }
}

TEST(FlatImage, AnEmptyImageHasARootOnly) {
  const FlatImage image = flat({{}});
  EXPECT_TRUE(image.has_content());
  EXPECT_EQ(image.chunk_count(), 2U);
}

TEST(FlatImage, DeepAndManyDirectoriesStayCheap) {
  Members members;
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "d/";
  for (int i = 0; i < 20'000; ++i) members.push_back(directory(cat(path, i)));
  const ImageModel model = model_of({members});
  const FlatImage image(model);
  std::vector<NodeId> all;
  model.walk([&](NodeId id, std::string_view) { all.push_back(id); });
  EXPECT_EQ(image.touched(all).count(), image.chunk_count());
  EXPECT_EQ(all.size(), 21'000U);
}

}  // namespace
}  // namespace ocitidy::lambda
