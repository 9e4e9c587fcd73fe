// stream_test - a blob that is not what its descriptor says never gets through.
#include "archive/stream.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

TEST(ReadSmallBlob, ReturnsWhatTheDescriptorNames) {
  MemoryBlobs blobs;
  const Descriptor descriptor = blobs.add("text/plain", "hello");
  EXPECT_EQ(read_small_blob(blobs, descriptor, 5).value(), "hello");
}

TEST(ReadSmallBlob, RefusesEveryLie) {
  MemoryBlobs blobs;
  const Descriptor honest = blobs.add("text/plain", "hello");
  Descriptor shorter = honest, longer = honest, other = honest;
  shorter.size_bytes = 4;
  longer.size_bytes = 6;
  for (const Descriptor& lie : {shorter, longer}) {
    const auto read = read_small_blob(blobs, lie, 100);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::corrupt);
  }
  other.digest.bytes[0] ^= std::byte{1};
  EXPECT_EQ(read_small_blob(blobs, other, 100).error().code, Code::not_found);
  EXPECT_EQ(read_small_blob(blobs, honest, 4).error().code, Code::limit_exceeded);
}

/// A source that answers any request with the same bytes.
class Forger : public BlobSource {
 public:
  explicit Forger(std::string bytes) { forged_ = inner_.add("", std::move(bytes)); }
  Result<std::unique_ptr<BlobReader>> open(const Descriptor&) const override { return inner_.open(forged_); }

 private:
  MemoryBlobs inner_;
  Descriptor forged_;
};

TEST(VerifyingStream, ADigestMismatchShowsAtTheEnd) {
  MemoryBlobs honest;
  const Descriptor descriptor = honest.add("", "hello");
  const Forger forger("jello");
  VerifyingStream stream(forger.open(descriptor).value(), descriptor);
  EXPECT_EQ(stream.next().value().size(), 5U);
  const auto end = stream.next();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::corrupt);
  EXPECT_NE(end.error().message.find(descriptor.digest.str()), std::string::npos);
}

}  // namespace
}  // namespace ocitidy
