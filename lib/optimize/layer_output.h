// layer_output.h - one layer on its way out: tar, DiffID, compression, digest, blob.
#pragma once

#include <memory>
#include <optional>
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
  /// `diff_id`: what the tar is to have, if that is known; it is then not computed.
  static Result<std::unique_ptr<LayerOutput>> open(BlobSink& to, const Compression& compression, EncoderPool& pool,
                                                   std::optional<DiffId> diff_id = std::nullopt);
  LayerOutput(const LayerOutput&) = delete;
  LayerOutput& operator=(const LayerOutput&) = delete;

  Result<void> write(std::span<const std::byte> tar);
  Result<WrittenLayer> finish();

 private:
  LayerOutput(std::unique_ptr<BlobWriter> blob, const Compression& compression, EncoderPool& pool,
              std::optional<DiffId> diff_id);

  std::unique_ptr<BlobWriter> blob_;
  std::optional<DiffId> known_diff_id_;
  bool is_plain_;  // the blob is the tar: one hash does for both
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
  /// A file whose first bytes were changed: its hash with the old ones, and with the new.
  struct Edited {
    Sha256 before{}, after{};
  };
  /// The file has all its bytes.
  std::optional<Edited> end_content();
  Result<void> finish();

 private:
  Result<void> header(const Entry& entry);

  const PlannedLayer& layer_;
  TarWriter tar_;
  Hasher source_hasher_, edited_hasher_;
  std::uint32_t next_ = 0;
  std::size_t head_left_bytes_ = 0;  // of the new first bytes, still to be written in place of the old
};

}  // namespace ocitidy
