// scan_layer_test.cc - a layer is what its digest and its DiffID say, or it is refused.
#include "image/scan_layer.h"

#include <gtest/gtest.h>

#include "archive/stream.h"
#include "image/scan.h"
#include "support/image_builder.h"
#include "support/recipe.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

Result<ImageModel> scan(const Image& image) {
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, {}, Limits{}));
  return scan_image(image, std::move(resolved), {});
}

/// Bytes in place of those that a layer's descriptor names.
class OtherBytes : public BlobSource {
 public:
  OtherBytes(std::shared_ptr<const BlobSource> from, Digest digest, std::string bytes)
      : from_(std::move(from)), digest_(digest), bytes_(std::move(bytes)) {}
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
    if (blob.digest != digest_) return from_->open(blob);
    return std::make_unique<Reader>(bytes_);
  }

 private:
  class Reader : public BlobReader {
   public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}
    Result<std::size_t> read(std::span<std::byte> into) override {
      const std::size_t count = left_.copy(reinterpret_cast<char*>(into.data()), into.size());
      left_.remove_prefix(count);
      return count;
    }

   private:
    std::string_view left_;
  };

  std::shared_ptr<const BlobSource> from_;
  Digest digest_;
  std::string bytes_;
};

/// Its digest is its DiffID, so it is hashed once, as docker-archives have them.
class PlainLayer : public testing::Test {
 protected:
  Image image_ = image_of("layer none\nfile a \"abc\"\nfile b \"def\"\n");
  Descriptor layer_ = resolve_image(image_, {}, Limits{}).value().manifest.layers[0];
  std::string tar_ = read_small_blob(*image_.blobs, layer_, std::uint64_t{1} << 20).value();

  Result<ImageModel> scan_of(std::string bytes) const {
    Image changed = image_;
    changed.blobs = std::make_shared<OtherBytes>(image_.blobs, layer_.digest, std::move(bytes));
    return scan(changed);
  }
};

TEST_F(PlainLayer, HasItsDigestAsDiffId) {
  const auto model = scan_of(tar_);
  ASSERT_TRUE(model) << describe(model.error());
  EXPECT_EQ(model->layers()[0].diff_id.value, layer_.digest);
  EXPECT_EQ(model->layers()[0].entries.size(), 2U);
  EXPECT_EQ(model->layers()[0].tar_bytes, tar_.size());
}

TEST_F(PlainLayer, IsRefusedWithAnyOtherByte) {
  const auto content = tar_.find("def");
  ASSERT_NE(content, std::string::npos);
  for (const std::size_t place : {content, tar_.size() - 1}) {  // of a file, and of the padding behind the last
    std::string bytes = tar_;
    bytes[place] = 'x';
    const auto model = scan_of(bytes);
    ASSERT_FALSE(model) << place;
    EXPECT_EQ(model.error().code, Code::corrupt);
    EXPECT_NE(model.error().message.find("has the digest"), std::string::npos) << model.error().message;
  }
}

TEST_F(PlainLayer, IsRefusedWithMoreOrFewerBytes) {
  for (const std::string& bytes : {tar_ + std::string(512, '\0'), tar_.substr(0, tar_.size() - 512), std::string()}) {
    const auto model = scan_of(bytes);
    ASSERT_FALSE(model) << bytes.size();
    EXPECT_EQ(model.error().code, Code::corrupt) << describe(model.error());
  }
}

/// A compressed layer cannot be its own tar: no digest stands for both.
TEST(ScanLayer, CompressedLayerNamedByItsDiffIdIsRefused) {
  const Image sound = image_of("layer gzip\nfile a \"abc\"\n");
  const Descriptor layer = resolve_image(sound, {}, Limits{}).value().manifest.layers[0];
  ImageSpec spec = parse_recipe("layer gzip\n").value().image;
  spec.layers[0].stored_bytes = read_small_blob(*sound.blobs, layer, std::uint64_t{1} << 20).value();
  const auto model = scan(build_image(spec).image);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, Code::corrupt);
  EXPECT_NE(model.error().message.find("the DiffID is "), std::string::npos) << model.error().message;
}

}  // namespace
}  // namespace ocitidy::test
