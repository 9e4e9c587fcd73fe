// interruptible.cc - see interruptible.h.
#include "interruptible.h"

#include <algorithm>

#include "signals.h"

namespace ocitidy::cli {
namespace {

constexpr std::uint64_t kPieceBytes = std::uint64_t{64} << 20;  // a disk takes it before a user gets impatient

Result<void> go_on() {
  if (SignalKeeper::caught()) return fail(Code::io, "ended by a signal");
  return {};
}

class Reader : public BlobReader {
 public:
  explicit Reader(std::unique_ptr<BlobReader> inner) : inner_(std::move(inner)) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    OCITIDY_CHECK(go_on());
    return inner_->read(into);
  }
  std::optional<FileRange> file_range() const override { return inner_->file_range(); }

 private:
  std::unique_ptr<BlobReader> inner_;
};

class Source : public BlobSource {
 public:
  explicit Source(std::shared_ptr<const BlobSource> inner) : inner_(std::move(inner)) {}
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
    OCITIDY_TRY(auto reader, inner_->open(blob));
    return std::make_unique<Reader>(std::move(reader));
  }

 private:
  std::shared_ptr<const BlobSource> inner_;
};

class OneBlob : public BlobWriter {
 public:
  explicit OneBlob(std::unique_ptr<BlobWriter> inner) : inner_(std::move(inner)) {}
  Result<void> write(std::span<const std::byte> bytes) override {
    OCITIDY_CHECK(go_on());
    return inner_->write(bytes);
  }
  Result<bool> write_file(const FileRange& range) override {
    FileRange piece = range;
    for (std::uint64_t left_bytes = range.size_bytes; left_bytes > 0; left_bytes -= piece.size_bytes) {
      OCITIDY_CHECK(go_on());
      piece.size_bytes = std::min(left_bytes, kPieceBytes);
      OCITIDY_TRY(const bool taken, inner_->write_file(piece));
      if (!taken) return false;  // nothing of the first piece, so of none
      piece.offset += piece.size_bytes;
    }
    return true;
  }
  Result<void> commit(const Digest& digest) override { return inner_->commit(digest); }

 private:
  std::unique_ptr<BlobWriter> inner_;
};

class Writer : public ImageWriter {
 public:
  explicit Writer(std::unique_ptr<ImageWriter> inner) : inner_(std::move(inner)) {}
  Result<std::unique_ptr<BlobWriter>> create() override {
    OCITIDY_CHECK(go_on());
    OCITIDY_TRY(auto blob, inner_->create());
    return std::make_unique<OneBlob>(std::move(blob));
  }
  Transport transport() const override { return inner_->transport(); }
  Result<void> finish(const Descriptor& manifest) override {
    OCITIDY_CHECK(go_on());
    return inner_->finish(manifest);
  }
  Result<Image> reopen() const override {
    OCITIDY_CHECK(go_on());
    OCITIDY_TRY(Image image, inner_->reopen());
    return interruptible(std::move(image));
  }
  Result<void> publish() override {
    OCITIDY_CHECK(go_on());
    return inner_->publish();
  }

 private:
  std::unique_ptr<ImageWriter> inner_;
};

}  // namespace

Image interruptible(Image image) {
  image.blobs = std::make_shared<Source>(std::move(image.blobs));
  return image;
}

std::unique_ptr<ImageWriter> interruptible(std::unique_ptr<ImageWriter> writer) {
  return std::make_unique<Writer>(std::move(writer));
}

}  // namespace ocitidy::cli
