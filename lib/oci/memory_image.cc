// memory_image.cc - MemoryImageWriter: a store without a disk.
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>

#include "base/text.h"
#include "oci/finished_image.h"
#include "ocitidy/image_writer.h"

namespace ocitidy {
namespace {

using SharedBytes = std::shared_ptr<const std::string>;

class SharedReader : public BlobReader {
 public:
  explicit SharedReader(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    const std::size_t count = std::min(into.size(), bytes_->size() - position_);
    std::memcpy(into.data(), bytes_->data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  SharedBytes bytes_;
  std::size_t position_ = 0;
};

/// Blobs that may be added and read from any thread.
class SharedBlobs : public BlobSource {
 public:
  void add(const Digest& digest, std::string bytes) {
    const std::lock_guard lock(mutex_);
    blobs_.try_emplace(digest, std::make_shared<const std::string>(std::move(bytes)));
  }
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
    const std::lock_guard lock(mutex_);
    const auto it = blobs_.find(blob.digest);
    if (it == blobs_.end()) return fail(Code::not_found, cat("blob ", blob.digest.str(), " is missing"));
    return std::make_unique<SharedReader>(it->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<Digest, SharedBytes> blobs_;
};

class MemoryBlobWriter : public BlobWriter {
 public:
  explicit MemoryBlobWriter(std::shared_ptr<SharedBlobs> blobs) : blobs_(std::move(blobs)) {}
  Result<void> write(std::span<const std::byte> bytes) override {
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  Result<void> commit(const Digest& digest) override {
    if (!blobs_) return fail(Code::internal, "a blob was committed twice");
    blobs_->add(digest, std::move(bytes_));
    blobs_.reset();
    return {};
  }

 private:
  std::shared_ptr<SharedBlobs> blobs_;
  std::string bytes_;
};

}  // namespace

struct MemoryImageWriter::Impl {
  Transport transport = Transport::blobs;
  std::shared_ptr<SharedBlobs> blobs = std::make_shared<SharedBlobs>();
  std::optional<Descriptor> root;
  bool published = false;
};

MemoryImageWriter::MemoryImageWriter(Transport transport) : impl_(std::make_shared<Impl>()) {
  impl_->transport = transport;
}

MemoryImageWriter::~MemoryImageWriter() = default;

Result<std::unique_ptr<BlobWriter>> MemoryImageWriter::create() {
  return std::make_unique<MemoryBlobWriter>(impl_->blobs);
}

Transport MemoryImageWriter::transport() const { return impl_->transport; }

Result<void> MemoryImageWriter::finish(const Descriptor& manifest) {
  OCITIDY_CHECK(check_finished(*impl_->blobs, manifest, impl_->transport, Limits{}));
  impl_->root = manifest;
  return {};
}

Result<Image> MemoryImageWriter::reopen() const {
  if (!impl_->root) return fail(Code::internal, "the image was not finished");
  return Image{
      .blobs = impl_->blobs, .root = *impl_->root, .transport = impl_->transport, .reference = "memory", .notes = {}};
}

Result<void> MemoryImageWriter::publish() {
  if (!impl_->root) return fail(Code::internal, "the image was not finished");
  impl_->published = true;
  return {};
}

bool MemoryImageWriter::published() const { return impl_->published; }

}  // namespace ocitidy
