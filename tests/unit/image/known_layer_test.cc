// known_layer_test.cc - a scan that takes over what another scan found says what it would have said without.
#include "image/known_layer.h"

#include <gtest/gtest.h>

#include "archive/stream.h"
#include "base/text.h"
#include "image/scan.h"
#include "support/pass_test.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr ContentQuery kHeads[] = {{.glob = "opt/*", .first_bytes = 3}};

Result<ImageModel> scan_with(const Image& image, const ImageModel* known) {
  ScanOptions options;
  options.content = InspectOptions::Hash::sha256;
  options.reads.assign(std::begin(kHeads), std::end(kHeads));
  options.known = known;
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, {}, options.limits));
  return scan_image(image, std::move(resolved), options);
}

ImageModel must_scan(std::string_view recipe, const ImageModel* known = nullptr) {
  auto model = scan_with(image_of(recipe), known);
  if (!model) throw std::runtime_error(describe(model.error()));
  return *std::move(model);
}

/// Everything that a model says about members, the merge and what was captured.
std::vector<std::string> all_of(const ImageModel& model) {
  std::vector<std::string> lines = lines_of_image(model);
  for (std::uint32_t layer = 0; layer < model.layers().size(); ++layer) {
    const Layer& one = model.layers()[layer];
    lines.push_back(cat("layer ", one.descriptor.digest.str(), " ", one.diff_id.value.str(), " ", one.tar_bytes, " ",
                        one.trailing_bytes, " ", codec_name(one.codec)));
    for (std::uint32_t i = 0; i < one.entries.size(); ++i) {
      const EntryId id{layer, i};
      const auto hidden = model.hidden_by(id);
      const auto head = model.captured(id);
      lines.push_back(cat(std::uint32_t(model.entry(id).oddities), " ",
                          hidden ? cat(hidden->layer, "/", hidden->index) : "", " ", head ? head->bytes.size() : 0, " ",
                          model.entry(id).elf_machine));
    }
  }
  for (const auto& [path, line] : lines_of(model, WithLayers::yes)) lines.push_back(cat(path, " ", line));
  return lines;
}

constexpr std::string_view kLower =
    "layer\ndir opt user=root\nfile opt/a \"abcdef\" xattr=user.x:1\nhardlink opt/b -> opt/a\n";
constexpr std::string_view kUpper =
    "layer zstd bare\nfile opt/c elf64\nfile none/x \"\"\nwhiteout opt/a\nwhiteout gone\n";

TEST(KnownLayer, SaysWhatAFullScanSays) {
  const ImageModel known = must_scan(cat(kLower, kUpper));
  const std::string again = cat(kUpper, "layer\nfile own \"o\"\n", kLower, kLower);
  const ImageModel full = must_scan(again), lent = must_scan(again, &known);
  EXPECT_EQ(all_of(lent), all_of(full));
  EXPECT_EQ(lent.content_sha256({2, 1}), known.content_sha256({0, 1})) << "not copied: where it was";
  EXPECT_NE(lent.content_sha256({1, 0}), nullptr) << "a layer of its own";
}

TEST(KnownLayer, IsLentOn) {
  const ImageModel known = must_scan(cat(kLower, kUpper));
  const ImageModel second = must_scan(cat(kUpper, kLower), &known), third = must_scan(kLower, &second);
  EXPECT_EQ(all_of(third), all_of(must_scan(kLower)));
  EXPECT_EQ(third.content_sha256({0, 1}), known.content_sha256({0, 1}));
}

TEST(KnownLayer, CompressedInAnotherWayItHasTheSameMembers) {
  const ImageModel known = must_scan(cat(kLower, kUpper));
  std::string again = cat(kLower, kUpper);
  again.replace(again.find("layer zstd"), 10, "layer none");
  again.replace(again.find("layer\n"), 6, "layer zstd\n");
  const ImageModel full = must_scan(again), lent = must_scan(again, &known);
  EXPECT_EQ(all_of(lent), all_of(full));
  EXPECT_EQ(lent.layers()[1].codec, Codec::none);
  EXPECT_EQ(lent.content_sha256({0, 1}), known.content_sha256({0, 1}));
}

TEST(KnownLayer, BytesBehindTheEndAreCounted) {
  const std::string plain = "layer gzip\nfile a \"a\"\n", more = "layer gzip trailing=\"xyz\"\nfile a \"a\"\n";
  const ImageModel without = must_scan(plain), with = must_scan(more);
  EXPECT_EQ(must_scan(more, &without).layers()[0].trailing_bytes, 3U);
  EXPECT_EQ(must_scan(plain, &with).layers()[0].trailing_bytes, 0U);
  EXPECT_EQ(must_scan(more, &with).layers()[0].trailing_bytes, 3U);
}

/// A blob that claims to be a known layer is still read to its end.
TEST(KnownLayer, IsVerifiedAllTheSame) {
  const ImageModel known = must_scan(kLower);
  const auto built = parse_recipe(kLower);
  ASSERT_TRUE(built);
  ImageSpec spec = built->image;
  spec.layers[0].diff_id = known.layers()[0].diff_id;
  for (const std::string bytes : {"", "no tar", "\x1f\x8b\x08"}) {
    spec.layers[0].stored_bytes = bytes;
    const Image image = build_image(spec).image;
    const auto model = scan_with(image, &known);
    ASSERT_FALSE(model) << bytes;
    EXPECT_EQ(model.error().code, Code::corrupt) << describe(model.error());
  }
  // Another tar, shorter or longer, in a sound stream.
  for (const char* const members : {"layer zstd\nfile opt \"\"\n", "layer zstd\nfile opt \"\" size=9k\n"}) {
    const ImageModel other = must_scan(members);
    spec.layers[0].stored_bytes =
        read_small_blob(*other.source().blobs, other.layers()[0].descriptor, std::uint64_t{1} << 20).value();
    const auto model = scan_with(build_image(spec).image, &known);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, Code::corrupt) << describe(model.error());
    EXPECT_NE(model.error().message.find(known.layers()[0].diff_id.value.str()), std::string::npos);
  }
}

TEST(KnownLayer, ItsMembersCountAgainstTheLimit) {
  const ImageModel known = must_scan(kLower);
  ScanOptions options;
  options.known = &known;
  options.limits.entries = 4;
  const Image image = image_of(cat(kLower, "layer\nfile x \"\"\nfile y \"\"\n"));
  for (const unsigned threads : {1U, 4U}) {
    options.threads = threads;
    const auto model = scan_image(image, *resolve_image(image, {}, options.limits), options);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, Code::limit_exceeded);
  }
}

}  // namespace
}  // namespace ocitidy::test
