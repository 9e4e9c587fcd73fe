// scan_threads_test - what lint says does not know how many threads read the layers, nor who helped whom.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "ocitidy/lint.h"
#include "ocitidy/report.h"
#include "support/image_builder.h"

namespace ocitidy {
namespace {

/// One layer that is large enough to be helped with, between small ones.
test::ImageSpec large_and_small(Codec codec) {
  std::mt19937 random(3);
  test::ImageSpec spec;
  spec.cmd = {"/app/run"};
  for (int layer = 0; layer < 4; ++layer) {
    test::LayerSpec one;
    one.codec = codec;
    const int files = layer == 1 ? 60 : 2;
    for (int file = 0; file < files; ++file) {
      std::string bytes(layer == 1 ? 100'000 : 50, '\0');
      for (char& c : bytes) c = static_cast<char>('a' + random() % 7);
      test::Member& member = one.members.emplace_back();
      member.name = "app/" + std::to_string(layer) + "/" + std::to_string(file);
      member.content.head = bytes;
      member.content.size_bytes = bytes.size();
    }
    spec.layers.push_back(one);
  }
  return spec;
}

std::string linted(const Image& image, unsigned threads) {
  LintOptions options;
  options.threads = threads;
  const auto report = lint(image, options);
  if (!report) return report.error().message;
  std::string text;
  write_json(*report, [&](std::string_view piece) { text += piece; });
  return text;
}

TEST(ScanThreads, ChangeNothing) {
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::zstd}) {
    const test::BuiltImage built = build_image(large_and_small(codec));
    const std::string alone = linted(built.image, 1);
    ASSERT_TRUE(alone.starts_with("{"));
    for (int round = 0; round < 20; ++round) {
      for (const unsigned threads : {2U, 5U, 64U}) ASSERT_EQ(linted(built.image, threads), alone) << threads;
    }
  }
}

TEST(ScanThreads, NorDoTheyChangeTheError) {
  for (const std::size_t cut : {std::size_t{40}, std::size_t{900'000}}) {
    test::ImageSpec spec = large_and_small(Codec::gzip);
    test::LayerSpec& large = spec.layers[1];
    const test::LayerBlob whole = test::write_layer(large.members, Codec::gzip);
    ASSERT_LT(cut, whole.bytes.size());
    large.stored_bytes = whole.bytes.substr(0, cut);
    large.diff_id = whole.diff_id;
    const test::BuiltImage broken = build_image(spec);
    const std::string alone = linted(broken.image, 1);
    ASSERT_NE(alone.find("cut off"), std::string::npos) << alone.substr(0, 300);
    for (int round = 0; round < 20; ++round) {
      for (const unsigned threads : {2U, 5U}) ASSERT_EQ(linted(broken.image, threads), alone) << threads;
    }
  }
}

}  // namespace
}  // namespace ocitidy
