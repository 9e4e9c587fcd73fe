// file_content_test.cc - what rules may ask the scan to take out of files: ELF facts, texts, names in zip archives.
#include "image/file_content.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "image/scan.h"
#include "oci/resolve.h"
#include "support/rule_test.h"
#include "support/zip_builder.h"

namespace ocitidy::test {
namespace {

ImageModel scanned(const Image& image, const std::function<void(ScanOptions&)>& ask) {
  ScanOptions options{.limits = {}};
  ask(options);
  auto resolved = resolve_image(image, {}, options.limits);
  auto model = scan_image(image, *std::move(resolved), options);
  if (!model) throw std::runtime_error(model.error().message);
  return *std::move(model);
}

EntryId entry_at(const ImageModel& model, std::string_view path) {
  return model.node(model.find(path).value()).made_by.value();
}

TEST(FileContent, HasElfFactsOfElfFilesOnly) {
  const Image image = image_of(
      "layer\nfile a elf64 needs=liba.so size=20M\nfile b \"\\x7f"
      "ELF\"\nfile c elf64\nfile d \"text\"\nfile e\n");
  const ImageModel model = scanned(image, [](ScanOptions& ask) { ask.facts = Facts::elf; });
  ASSERT_NE(model.elf(entry_at(model, "a")), nullptr);
  EXPECT_EQ(model.elf(entry_at(model, "a"))->needed, std::vector<std::string>{"liba.so"});
  ASSERT_NE(model.elf(entry_at(model, "c")), nullptr);
  EXPECT_FALSE(model.elf(entry_at(model, "c"))->is_dynamic);
  for (const char* path : {"b", "d", "e"}) EXPECT_EQ(model.elf(entry_at(model, path)), nullptr) << path;
  const ImageModel without = scanned(image, [](ScanOptions&) {});
  EXPECT_EQ(without.elf(entry_at(without, "a")), nullptr);
}

TEST(FileContent, HasQuickHashesWhenAskedFor) {
  const Image image = image_of("layer\nfile a size=200k\nfile b size=200k\nfile c \"x\" size=200k\nfile d\ndir e\n");
  const ImageModel model = scanned(image, [](ScanOptions& ask) { ask.facts = Facts::content_hashes; });
  const auto hash = [&](std::string_view path) { return model.content_hash(entry_at(model, path)); };
  ASSERT_NE(hash("a"), nullptr);
  EXPECT_EQ(*hash("a"), *hash("b"));
  EXPECT_NE(*hash("a"), *hash("c"));
  EXPECT_EQ(*hash("d"), QuickHasher().finish());
  EXPECT_EQ(hash("e"), nullptr);
  EXPECT_EQ(model.content_sha256(entry_at(model, "a")), nullptr);
  const ImageModel without = scanned(image, [](ScanOptions&) {});
  EXPECT_EQ(without.content_hash(entry_at(without, "a")), nullptr);
}

TEST(FileContent, HasBlockHashesWhenAskedFor) {
  const Image image = image_of(
      "layer\nfile a \"x\" size=10k\nfile empty\nfile zeros size=8k\ndir d\nlayer\nfile b \"x\" size=4k\nhardlink c -> "
      "a\n");
  const ImageModel model = scanned(image, [](ScanOptions& ask) { ask.facts = Facts::block_hashes; });
  const auto hashes = [&](std::string_view path) { return model.block_hashes(entry_at(model, path)); };
  ASSERT_EQ(hashes("a").size(), 3U);
  EXPECT_NE(hashes("a")[0], 0U);
  EXPECT_EQ(hashes("a")[1], 0U);
  EXPECT_EQ(hashes("a")[2], 0U);
  EXPECT_TRUE(hashes("empty").empty());
  EXPECT_EQ(hashes("zeros").size(), 2U);
  EXPECT_TRUE(hashes("d").empty());
  ASSERT_EQ(hashes("b").size(), 1U);
  EXPECT_EQ(hashes("b")[0], hashes("a")[0]);
  EXPECT_EQ(hashes("c").data(), hashes("a").data());
  const ImageModel without = scanned(image, [](ScanOptions&) {});
  EXPECT_TRUE(without.block_hashes(entry_at(without, "a")).empty());
}

TEST(FileContent, HasNoBlockHashesAtAllBeyondTheLimit) {
  const Image image = image_of("layer\nfile a size=12k\nlayer\nfile b size=1\nfile c size=8k\n");  // 6 blocks
  const auto scanned_up_to = [&](std::uint64_t blocks) {
    return scanned(image, [&](ScanOptions& ask) {
      ask.facts = Facts::block_hashes;
      ask.limits.block_hash_bytes = blocks * sizeof(std::uint64_t);
    });
  };
  const ImageModel model = scanned_up_to(6);
  EXPECT_EQ(model.block_hashes(entry_at(model, "a")).size(), 3U);
  for (const std::uint64_t blocks : {0, 1, 3, 5}) {
    const ImageModel without = scanned_up_to(blocks);
    for (const char* path : {"a", "b", "c"}) {
      EXPECT_TRUE(without.block_hashes(entry_at(without, path)).empty()) << path << " " << blocks;
    }
  }
}

TEST(FileContent, KnowsTheTextsThatWereAskedFor) {
  const Image image = image_of(
      "layer\nfile bin/a elf64 size=300k\nfile bin/b \"#!/bin/sh\\nneedle\"\nfile bin/c \"needle\"\n"
      "file other \"#!/bin/sh\\nneedle\"\nfile bin/empty\n");
  const std::vector<TextQuery> texts{{.glob = "bin/*", .magic = "#!", .text = "needle"},
                                     {.glob = "bin/*", .magic = "#!", .text = "straw"},
                                     {.glob = "**",
                                      .magic = "\x7f"
                                               "ELF",
                                      .text = "needle"},
                                     {.glob = "bin/empty", .magic = "", .text = "needle"}};
  const ImageModel model = scanned(image, [&](ScanOptions& ask) { ask.texts = texts; });
  EXPECT_EQ(model.contains(entry_at(model, "bin/a"), "needle"), false);
  EXPECT_EQ(model.contains(entry_at(model, "bin/a"), "straw"), std::nullopt);
  EXPECT_EQ(model.contains(entry_at(model, "bin/b"), "needle"), true);
  EXPECT_EQ(model.contains(entry_at(model, "bin/b"), "straw"), false);
  EXPECT_EQ(model.contains(entry_at(model, "bin/c"), "needle"), std::nullopt) << "other magic";
  EXPECT_EQ(model.contains(entry_at(model, "other"), "needle"), std::nullopt) << "other glob";
  EXPECT_EQ(model.contains(entry_at(model, "bin/empty"), "needle"), false);
}

TEST(FileContent, HasNamesOfZipArchivesByTheirNames) {
  std::string zip;
  for (const unsigned char byte : zip_archive({{"a/B.class", "x"}, {"c", "y"}}, ZipMethod::deflate)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    zip += cat("\\x", std::string(1, kDigits[byte >> 4]), std::string(1, kDigits[byte & 15]));
  }
  const Image image = image_of(cat("layer\nfile a.jar \"", zip, "\"\nfile a.war \"", zip, "\"\nfile a.zip \"", zip,
                                   "\"\nfile a.txt \"", zip, "\"\nfile empty.jar\n"));
  const ImageModel model = scanned(image, [](ScanOptions& ask) { ask.facts = Facts::zip_names; });
  for (const char* path : {"a.jar", "a.war", "a.zip"}) {
    const auto names = model.zip_names(entry_at(model, path));
    ASSERT_TRUE(names) << path;
    EXPECT_EQ(std::vector<std::string>(names->begin(), names->end()), (std::vector<std::string>{"a/B.class", "c"}));
  }
  EXPECT_EQ(model.zip_names(entry_at(model, "empty.jar"))->size(), 0U);
  EXPECT_FALSE(model.zip_names(entry_at(model, "a.txt")));
  const ImageModel without = scanned(image, [](ScanOptions&) {});
  EXPECT_FALSE(without.zip_names(entry_at(without, "a.jar")));
}

TEST(FileContent, HeadsAreWholeWhateverElseIsWanted) {
  const std::vector<ContentQuery> reads{{.glob = "a", .first_bytes = 5}, {.glob = "b", .first_bytes = 300}};
  const Image image = image_of("layer\nfile a elf64 needs=l\nfile b elf64 size=200\nfile c elf64\n");
  const ImageModel model = scanned(image, [&](ScanOptions& ask) {
    ask.content = InspectOptions::Hash::sha256;
    ask.reads = reads;
    ask.facts = Facts::elf;
  });
  EXPECT_EQ(model.captured(entry_at(model, "a"))->bytes.size(), 5U);
  EXPECT_EQ(model.captured(entry_at(model, "b"))->bytes.size(), 200U);
  EXPECT_TRUE(model.captured(entry_at(model, "b"))->whole_file);
  EXPECT_FALSE(model.captured(entry_at(model, "c")));
  EXPECT_NE(model.elf(entry_at(model, "a")), nullptr);
}

}  // namespace
}  // namespace ocitidy::test
