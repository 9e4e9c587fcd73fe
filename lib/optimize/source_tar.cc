// source_tar.cc - see source_tar.h.
#include "optimize/source_tar.h"

#include <utility>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

std::unexpected<Error> fail_longer() { return fail(Code::corrupt, "it is longer than when it was scanned"); }

}  // namespace

SourceTar::Blob::Blob(std::unique_ptr<BlobReader> reader, std::uint64_t size_bytes)
    : reader_(std::move(reader)), left_bytes_(size_bytes), buffer_(kBufferBytes) {}

Result<std::span<const std::byte>> SourceTar::Blob::next() {
  OCITIDY_TRY(const std::size_t got, reader_->read(buffer_));
  if (got > left_bytes_) return fail_longer();
  left_bytes_ -= got;
  return std::span<const std::byte>(buffer_.data(), got);
}

SourceTar::SourceTar(std::unique_ptr<BlobReader> reader, const Layer& layer, RunningLayers& running,
                     std::size_t position)
    : blob_(std::move(reader), layer.descriptor.size_bytes),
      decoder_(blob_),
      plain_(decoder_, running, position, layer.descriptor.size_bytes),
      left_bytes_(layer.tar_bytes) {}

Result<std::unique_ptr<SourceTar>> SourceTar::open(const ImageModel& image, std::uint32_t layer, RunningLayers& running,
                                                   std::size_t position) {
  const Layer& source = image.layers()[layer];
  OCITIDY_TRY(auto reader, image.source().blobs->open(source.descriptor));
  return std::unique_ptr<SourceTar>(new SourceTar(std::move(reader), source, running, position));
}

Result<std::span<const std::byte>> SourceTar::next() {
  OCITIDY_TRY(const auto chunk, plain_.next());
  if (chunk.size() > left_bytes_) return fail_longer();
  left_bytes_ -= chunk.size();
  return chunk;
}

}  // namespace ocitidy
