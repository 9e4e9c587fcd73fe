// stream.cc - a blob, counted and hashed while it is read.
#include "archive/stream.h"

#include "base/text.h"

namespace ocitidy {
namespace {

/// Large enough that a read costs little beside hashing it, small enough to stay in the second-level cache.
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

}  // namespace

VerifyingStream::VerifyingStream(std::unique_ptr<BlobReader> reader, const Descriptor& descriptor)
    : reader_(std::move(reader)),
      expected_(descriptor.digest),
      size_bytes_(descriptor.size_bytes),
      hasher_(descriptor.digest.algorithm),
      buffer_(kBufferBytes) {}

Result<std::span<const std::byte>> VerifyingStream::next() {
  if (ended_) return std::span<const std::byte>();
  OCITIDY_TRY(const std::size_t got, reader_->read(buffer_));
  const std::span<const std::byte> chunk(buffer_.data(), got);
  if (got > 0) {
    seen_bytes_ += got;
    if (seen_bytes_ > size_bytes_) {
      return fail(Code::corrupt,
                  cat("blob ", expected_.str(), " is longer than the ", size_bytes_, " bytes its descriptor says"));
    }
    hasher_.update(chunk);
    return chunk;
  }
  ended_ = true;
  if (seen_bytes_ != size_bytes_) {
    return fail(Code::corrupt, cat("blob ", expected_.str(), " has ", seen_bytes_, " bytes, not the ", size_bytes_,
                                   " its descriptor says"));
  }
  if (const Digest actual = hasher_.finish(); actual != expected_) {
    return fail(Code::corrupt, cat("blob ", expected_.str(), " has the digest ", actual.str()));
  }
  return chunk;
}

Result<void> VerifyingStream::drain() {
  while (!ended_) {
    OCITIDY_TRY([[maybe_unused]] const auto chunk, next());
  }
  return {};
}

Result<std::string> read_small_blob(const BlobSource& blobs, const Descriptor& descriptor, std::uint64_t limit_bytes) {
  if (descriptor.size_bytes > limit_bytes) {
    return fail(Code::limit_exceeded, cat("document ", descriptor.digest.str(), " of ", descriptor.size_bytes,
                                          " bytes is over the limit of ", limit_bytes, " (--max-json)"));
  }
  OCITIDY_TRY(auto reader, blobs.open(descriptor));
  VerifyingStream stream(std::move(reader), descriptor);
  std::string all;
  for (;;) {
    OCITIDY_TRY(const auto chunk, stream.next());
    if (chunk.empty()) return all;
    all.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  }
}

}  // namespace ocitidy
