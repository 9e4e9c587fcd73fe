// root_index_test - graphs of indexes that are meant to keep a reader busy.
#include "oci/root_index.h"

#include <algorithm>

#include "stores.h"

namespace ocitidy::test {
namespace {

/// Counts what is read.
class CountingBlobs : public BlobSource {
 public:
  Descriptor add(std::string_view media_type, std::string bytes) { return blobs_.add(media_type, std::move(bytes)); }
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
    ++opened;
    return blobs_.open(blob);
  }
  mutable std::uint64_t opened = 0;

 private:
  MemoryBlobs blobs_;
};

std::string entry(const Descriptor& descriptor) {
  return cat(R"({"mediaType":"","digest":")", descriptor.digest.str(), R"(","size":)", descriptor.size_bytes, "}");
}

IndexWalk walk(const CountingBlobs& blobs, const Descriptor& root, const Limits& limits = {}) {
  return walk_index(blobs, std::span(&root, 1), limits, [](const Descriptor&, const Document&) {});
}

TEST(RootIndex, FanOutIsReadOnce) {
  CountingBlobs blobs;
  const SmallImage image = small_image();
  Descriptor at = blobs.add("", image.manifest);
  for (int level = 0; level < 8; ++level) {  // 3^8 paths
    const std::string twins = entry(at);
    at = blobs.add("", index_json({twins, twins, twins}));
  }
  const IndexWalk outcome = walk(blobs, at);
  EXPECT_EQ(outcome.documents, 9U);
  EXPECT_EQ(blobs.opened, 9U);
  EXPECT_FALSE(outcome.first_error);
}

TEST(RootIndex, DepthIsBounded) {
  CountingBlobs blobs;
  Descriptor at = blobs.add("", small_image().manifest);
  for (int level = 0; level < 100; ++level) at = blobs.add("", index_json({entry(at)}));
  const IndexWalk outcome = walk(blobs, at);
  ASSERT_TRUE(outcome.first_error);
  EXPECT_EQ(outcome.first_error->code, Code::limit_exceeded);
  EXPECT_EQ(blobs.opened, Limits{}.index_depth + 1U);
}

TEST(RootIndex, DocumentsAreBounded) {
  CountingBlobs blobs;
  std::vector<std::string> entries;
  for (int i = 0; i < 30; ++i) entries.push_back(entry(blobs.add("", small_image("amd64", cat(i)).manifest)));
  const Descriptor root = blobs.add("", index_json(entries));
  Limits limits;
  limits.index_manifests = 30;
  const IndexWalk outcome = walk(blobs, root, limits);
  ASSERT_TRUE(outcome.first_error);
  EXPECT_EQ(outcome.first_error->code, Code::limit_exceeded);
  EXPECT_EQ(outcome.documents, 30U);
}

TEST(RootIndex, MissingAndBrokenDocumentsAreToldApart) {
  CountingBlobs blobs;
  const Descriptor good = blobs.add("", small_image().manifest), broken = blobs.add("", "{}");
  Descriptor absent = good;
  absent.digest = digest_of("nowhere");
  const Descriptor root = blobs.add("", index_json({entry(broken), entry(absent), entry(good)}));
  std::vector<Digest> found;
  const IndexWalk outcome = walk_index(blobs, std::span(&root, 1), Limits{},
                                       [&](const Descriptor& at, const Document&) { found.push_back(at.digest); });
  EXPECT_EQ(found, (std::vector{root.digest, good.digest}));
  EXPECT_EQ(outcome.absent, 1U);
  ASSERT_TRUE(outcome.first_error);
  EXPECT_EQ(outcome.first_error->code, Code::corrupt);
}

TEST(RootIndex, AskingForPlatformsIsBoundedOverAllCandidates) {
  CountingBlobs blobs;
  std::vector<std::string> leaves;
  const SmallImage image = small_image();
  blobs.add("", image.config);
  for (std::size_t i = 0; i < 40; ++i) leaves.push_back(entry(blobs.add("", image.manifest + std::string(i, ' '))));
  RootIndex index;
  for (int i = 0; i < 40; ++i) {  // 40 indexes, each of which leads to all 40 manifests
    std::ranges::rotate(leaves, leaves.begin() + 1);
    index.manifests.push_back(blobs.add("", index_json(leaves)));
  }
  OpenOptions options;
  options.platform = *Platform::parse("linux/arm64");
  options.limits.index_manifests = 100;
  expect_error(select_root(index, {}, blobs, options), Code::invalid_argument,
               {"none of 40 images is for linux/arm64"});
  EXPECT_EQ(blobs.opened, 100U + 1U) << "the documents, and the one config";
}

TEST(RootIndex, DescriptorsOfUnknownMediaTypesCount) {
  CountingBlobs blobs;
  RootIndex index;
  index.manifests = {blobs.add("", small_image().manifest), blobs.add("application/x-unknown", "text")};
  expect_error(select_root(index, {}, blobs, {}), Code::invalid_argument, {"2 images", "@0", "@1"});
}

}  // namespace
}  // namespace ocitidy::test
