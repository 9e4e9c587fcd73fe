// source_tar.h - a layer of the input, decoded once more for the writer.
#pragma once

#include <memory>
#include <vector>

#include "image/running_layers.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

/// The plain tar of a layer that was scanned. Nothing is hashed here. The scan has verified the blob, and whether these
/// are the same bytes again shows in what is made of them: each file of a rewritten layer, when it is read back, must
/// have the SHA-256 that the scan found, and a recompressed layer the DiffID. What nobody looks at later must be
/// checked by whoever reads it here. A source that lies may so waste a run, but not for ever: it is cut off where
/// blob or tar become longer than they were.
class SourceTar : public ByteStream {
 public:
  /// While it is read, who finds nothing better to do helps: the job at `position` of `running`.
  /// Errors: those of BlobSource::open().
  static Result<std::unique_ptr<SourceTar>> open(const ImageModel& image, std::uint32_t layer, RunningLayers& running,
                                                 std::size_t position);
  /// Errors: corrupt for a tar that is longer now; those of Decoder; io.
  Result<std::span<const std::byte>> next() override;

 private:
  /// The stored bytes.
  class Blob : public ByteStream {
   public:
    Blob(std::unique_ptr<BlobReader> reader, std::uint64_t size_bytes);
    Result<std::span<const std::byte>> next() override;

   private:
    std::unique_ptr<BlobReader> reader_;
    std::uint64_t left_bytes_;
    std::vector<std::byte> buffer_;
  };

  SourceTar(std::unique_ptr<BlobReader> reader, const Layer& layer, RunningLayers& running, std::size_t position);

  Blob blob_;
  Decoder decoder_;
  HelpedDecoder plain_;
  std::uint64_t left_bytes_;
};

}  // namespace ocitidy
