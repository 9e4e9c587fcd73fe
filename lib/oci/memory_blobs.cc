// memory_blobs.cc - blobs held in memory.
#include <algorithm>
#include <cstring>

#include "base/hasher.h"
#include "base/text.h"
#include "ocitidy/blob.h"

namespace ocitidy {
namespace {

class MemoryReader : public BlobReader {
 public:
  explicit MemoryReader(std::string_view bytes) : left_(bytes) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    const std::size_t count = std::min(into.size(), left_.size());
    std::memcpy(into.data(), left_.data(), count);
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;
};

}  // namespace

Descriptor MemoryBlobs::add(std::string_view media_type, std::string bytes) {
  Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = digest_of(bytes);
  descriptor.size_bytes = bytes.size();
  blobs_.insert_or_assign(descriptor.digest, std::move(bytes));
  return descriptor;
}

Result<std::unique_ptr<BlobReader>> MemoryBlobs::open(const Descriptor& blob) const {
  const auto it = blobs_.find(blob.digest);
  if (it == blobs_.end()) return fail(Code::not_found, cat("blob ", blob.digest.str(), " is missing"));
  return std::make_unique<MemoryReader>(it->second);
}

}  // namespace ocitidy
