// layer_output.h - one layer on its way out: tar, DiffID, compression, digest, blob.
#pragma once

#include <memory>
#include <span>

#include "archive/encoder.h"
#include "archive/tar_writer.h"
#include "base/hasher.h"
#include "ocitidy/image_writer.h"
#include "optimize/write.h"

namespace ocitidy {

/// Compresses and hashes a plain tar, and stores it.
class LayerOutput {
 public:
  static Result<std::unique_ptr<LayerOutput>> open(BlobSink& to, const Compression& compression, EncoderPool& pool);
  LayerOutput(const LayerOutput&) = delete;
  LayerOutput& operator=(const LayerOutput&) = delete;

  Result<void> write(std::span<const std::byte> tar);
  Result<WrittenLayer> finish();

 private:
  LayerOutput(std::unique_ptr<BlobWriter> blob, const Compression& compression, EncoderPool& pool);

  std::unique_ptr<BlobWriter> blob_;
  Hasher tar_hasher_, blob_hasher_;
  WrittenLayer written_;
  std::unique_ptr<Encoder> encoder_;
};

/// Writes the members of a rewritten layer. Everything but file bytes is known beforehand: it stops at each file until
/// somebody hands it the bytes.
class MemberOutput {
 public:
  MemberOutput(const PlannedLayer& layer, LayerOutput& to);

  /// Writes on to the next file that has bytes. Returns its place in layer.index.entries; none at the end.
  Result<std::optional<std::uint32_t>> advance();
  Result<void> content(std::span<const std::byte> bytes);
  /// The file has all its bytes. Its hash, if its first bytes were changed.
  Result<std::optional<Sha256>> end_content();
  Result<void> finish();

 private:
  Result<void> header(const Entry& entry);

  const PlannedLayer& layer_;
  TarWriter tar_;
  Hasher edited_hasher_;
  std::uint32_t next_ = 0;
  std::size_t head_left_bytes_ = 0;  // of the new first bytes, still to be written in place of the old
};

}  // namespace ocitidy
