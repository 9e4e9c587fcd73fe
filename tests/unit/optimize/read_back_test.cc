// read_back_test.cc - what optimize() reads again, and what it does not: whatever happens to the bytes between the scan
// and the proof, nothing wrong is published.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>

#include "archive/stream.h"
#include "base/text.h"
#include "ocitidy/optimize.h"
#include "support/pass_test.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

/// A layer of each fate: 0 copied, 1 recompressed, 2 rewritten with an edited file, 3 rewritten. `text` is of one file
/// of each, beyond the header of the bytecode.
std::string recipe_with(std::string_view layer0, std::string_view layer1, std::string_view layer2,
                        std::string_view layer3) {
  return cat("layer\ndir opt\nfile opt/kept \"", layer0, "\" size=3000\n",  //
             "layer zstd\nfile opt/packed \"", layer1, "\" size=3000\n",    //
             "layer\nfile opt/a.py \"x\\n\" mtime=1800000000\n",
             "file opt/__pycache__/a.cpython-311.pyc "
             "\"\\xa7\\x0d\\x0d\\x0a\\x00\\x00\\x00\\x00\\x00\\xd2\\x49\\x6b\\x02\\x00\\x00\\x00",
             layer2, "\" size=3000 mtime=1500000000\n",  //
             "layer\nfile opt/twice \"a\"\nfile opt/twice \"b\"\nfile opt/once \"", layer3, "\" size=3000\n");
}

constexpr std::size_t kLayers = 4;

OptimizeOptions options_for(unsigned threads = 1) {
  OptimizeOptions options;
  options.preset = Preset::reproducible;
  options.base_layers = 1;
  options.source_date_epoch = 1'750'000'000;
  options.codec = Codec::gzip;
  options.threads = threads;
  return options;
}

ImageSpec spec_of(std::string_view recipe) {
  auto parsed = parse_recipe(recipe);
  if (!parsed) throw std::runtime_error(describe(parsed.error()));
  return std::move(parsed->image);
}

std::string bytes_of(const BlobSource& blobs, const Descriptor& blob) {
  return read_small_blob(blobs, blob, std::uint64_t{1} << 30).value();
}

class StringReader : public BlobReader {
 public:
  explicit StringReader(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    const auto piece = std::as_bytes(std::span(bytes_)).subspan(at_, std::min(into.size(), bytes_.size() - at_));
    std::ranges::copy(piece, into.begin());
    at_ += piece.size();
    return piece.size();
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

/// A store in which one blob becomes another after it was opened once: by the scan.
class FickleBlobs : public BlobSource {
 public:
  FickleBlobs(std::shared_ptr<const BlobSource> from, Digest blob, std::string later)
      : from_(std::move(from)), blob_(blob), later_(std::move(later)) {}
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
    if (blob.digest == blob_ && opened_++ > 0) return std::make_unique<StringReader>(later_);
    return from_->open(blob);
  }
  int opened() const { return opened_; }

 private:
  std::shared_ptr<const BlobSource> from_;
  Digest blob_;
  std::string later_;
  mutable std::atomic<int> opened_ = 0;
};

struct Outcome {
  Result<OptimizeReport> report;
  bool published = false;
  std::optional<Digest> root{};
};

/// Optimizes an image whose layer `changed` becomes `later` behind our back.
Outcome optimize_fickle(const ImageModel& input, std::size_t changed, const std::string& later, unsigned threads) {
  Image image = input.source();
  const auto blobs = std::make_shared<FickleBlobs>(image.blobs, input.layers()[changed].descriptor.digest, later);
  image.blobs = blobs;
  MemoryImageWriter out;
  Outcome outcome{.report = optimize(image, &out, options_for(threads)), .published = out.published()};
  EXPECT_EQ(blobs->opened(), 2) << "read once to scan, and once to write";
  if (outcome.published) outcome.root = out.reopen()->root.digest;
  return outcome;
}

TEST(ReadBack, TheRecipeHasEachFate) {
  const auto result = optimized(spec_of(recipe_with("0", "1", "2", "3")), options_for());
  ASSERT_EQ(result.report.layers.size(), kLayers);
  using Fate = OutputLayer::Fate;
  const std::vector<Fate> fates{Fate::copied, Fate::recompressed, Fate::rewritten, Fate::rewritten};
  for (std::size_t i = 0; i < kLayers; ++i) EXPECT_EQ(result.report.layers[i].fate, fates[i]) << i;
  EXPECT_FALSE(result.report.certificate.changes.empty());
}

TEST(ReadBack, ASourceThatChangesItsContentIsNeverPublished) {
  const ImageModel before = model_of(image_of(recipe_with("0", "1", "2", "3")));
  const ImageModel other = model_of(image_of(recipe_with("X", "X", "X", "X")));
  for (std::size_t i = 0; i < kLayers; ++i) {
    for (const unsigned threads : {1U, 4U}) {
      SCOPED_TRACE(cat("layer ", i, ", threads ", threads));
      const std::string later = bytes_of(*other.source().blobs, other.layers()[i].descriptor);
      const Outcome outcome = optimize_fickle(before, i, later, threads);
      EXPECT_FALSE(outcome.published);
      ASSERT_FALSE(outcome.report);
      const Error& error = outcome.report.error();
      EXPECT_TRUE(error.code == Code::internal || error.code == Code::corrupt) << describe(error);
    }
  }
}

/// Bits of headers and of what stands behind the end may not matter to a layer that is written anew. What matters is
/// that whatever is published is what would have been published.
TEST(ReadBack, ASourceThatChangesAnywhereIsNeverPublishedWrong) {
  const ImageModel before = model_of(image_of(recipe_with("0", "1", "2", "3")));
  MemoryImageWriter undisturbed;
  ASSERT_TRUE(optimize(before.source(), &undisturbed, options_for()));
  const Digest root = undisturbed.reopen()->root.digest;
  int refused = 0, runs = 0;
  for (std::size_t i = 0; i < kLayers; ++i) {
    const std::string bytes = bytes_of(*before.source().blobs, before.layers()[i].descriptor);
    std::vector<std::string> laters{"", bytes.substr(0, bytes.size() / 2), bytes + "more", bytes + bytes};
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
      laters.push_back(bytes);
      laters.back()[at] = static_cast<char>(laters.back()[at] ^ 4);
    }
    for (const std::string& later : laters) {
      const Outcome outcome = optimize_fickle(before, i, later, 1);
      ++runs;
      refused += !outcome.published;
      EXPECT_EQ(outcome.published, outcome.report.has_value());
      if (outcome.root) {
        EXPECT_EQ(*outcome.root, root) << "layer " << i;
        EXPECT_GE(i, 2U) << "of a copied or recompressed layer every byte counts";
      }
    }
  }
  EXPECT_GT(refused, runs * 3 / 4);
}

/// A store that breaks one bit of one blob once it is committed.
class DecayingWriter : public ImageWriter {
 public:
  DecayingWriter(Digest blob, std::size_t at) : blob_(blob), at_(at) {}
  Transport transport() const override { return inner_.transport(); }
  Result<std::unique_ptr<BlobWriter>> create() override { return inner_.create(); }
  Result<void> finish(const Descriptor& manifest) override { return inner_.finish(manifest); }
  Result<Image> reopen() const override {
    OCITIDY_TRY(Image image, inner_.reopen());
    image.blobs = std::make_shared<Decayed>(image.blobs, blob_, at_);
    return image;
  }
  Result<void> publish() override { return inner_.publish(); }
  bool published() const { return inner_.published(); }

 private:
  class Decayed : public BlobSource {
   public:
    Decayed(std::shared_ptr<const BlobSource> from, Digest blob, std::size_t at)
        : from_(std::move(from)), blob_(blob), at_(at) {}
    Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
      if (blob.digest != blob_) return from_->open(blob);
      std::string bytes = bytes_of(*from_, blob);
      bytes.at(at_) = static_cast<char>(bytes.at(at_) ^ 1);
      return std::make_unique<StringReader>(std::move(bytes));
    }

   private:
    std::shared_ptr<const BlobSource> from_;
    Digest blob_;
    std::size_t at_;
  };

  MemoryImageWriter inner_;
  Digest blob_;
  std::size_t at_;
};

TEST(ReadBack, ABitThatTheTargetLosesIsFoundInEveryBlob) {
  const Image input = image_of(recipe_with("0", "1", "2", "3"));
  MemoryImageWriter sound;
  ASSERT_TRUE(optimize(input, &sound, options_for()));
  const ImageModel output = model_of(*sound.reopen());
  std::vector<Descriptor> blobs{output.source().root, output.manifest().config};
  for (const Layer& layer : output.layers()) blobs.push_back(layer.descriptor);
  ASSERT_EQ(blobs.size(), kLayers + 2);
  for (const Descriptor& blob : blobs) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{4}, blob.size_bytes / 2, blob.size_bytes - 1}) {
      SCOPED_TRACE(cat(blob.media_type, ", byte ", at));
      DecayingWriter writer(blob.digest, at);
      const auto report = optimize(input, &writer, options_for());
      EXPECT_FALSE(writer.published());
      ASSERT_FALSE(report);
      EXPECT_EQ(report.error().code, Code::internal) << describe(report.error());
      EXPECT_NE(report.error().message.find("nothing is published"), std::string::npos) << describe(report.error());
    }
  }
}

/// Rules are asked of the output, too: also about files of layers that were only copied.
TEST(ReadBack, AVariableThatLeadsToABrokenProgramIsHeeded) {
  const Image input = image_of(
      "config entrypoint serve ; cmd ; env PATH=/opt/a\nlayer\ndir opt\ndir opt/a\ndir opt/b\n"
      "file opt/a/serve 0755 elf64\nfile opt/b/serve 0755 \"#!/opt/gone\\n\"\n");
  OptimizeOptions options = options_for();
  options.preset = Preset::lambda;
  options.env = {{"PATH", "/opt/b"}};
  MemoryImageWriter out;
  const auto report = optimize(input, &out, options);
  EXPECT_FALSE(out.published());
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("entrypoint-not-found at '/opt/b/serve'"), std::string::npos)
      << describe(report.error());
}

}  // namespace
}  // namespace ocitidy::test
