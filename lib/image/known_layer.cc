// known_layer.cc - see known_layer.h.
#include "image/known_layer.h"

#include "base/text.h"
#include "image/model_impl.h"

namespace ocitidy {
namespace {

bool is_same_blob(const Descriptor& a, const Descriptor& b) {
  return a.digest == b.digest && a.size_bytes == b.size_bytes;
}

/// Decompresses to the end, and compares the tar with what `index` says of it.
Result<void> check_tar(ByteStream& plain, const LayerIndex& index) {
  Hasher hasher(index.diff_id.value.algorithm);
  std::uint64_t tar_bytes = 0;
  for (;;) {
    OCITIDY_TRY(const auto chunk, plain.next());
    if (chunk.empty()) break;
    tar_bytes += chunk.size();
    if (tar_bytes > index.tar_bytes) break;  // whatever comes now, it is another tar
    hasher.update(chunk);
  }
  const DiffId diff_id{hasher.finish()};
  if (tar_bytes == index.tar_bytes && diff_id == index.diff_id) return {};
  return fail(Code::corrupt, cat("the DiffID is not ", index.diff_id.value.str(), ", which the config says"));
}

}  // namespace

std::optional<std::uint32_t> find_known_layer(const ImageModel& known, const ResolvedImage& wanted, std::size_t i) {
  if (i >= wanted.config.diff_ids.size()) return std::nullopt;
  std::optional<std::uint32_t> same_tar;
  for (std::uint32_t layer = 0; layer < known.layers().size(); ++layer) {
    const Layer& one = known.layers()[layer];
    if (one.contents != LayerContents::scanned || one.diff_id != wanted.config.diff_ids[i]) continue;
    if (is_same_blob(one.descriptor, wanted.manifest.layers[i])) return layer;
    if (one.trailing_bytes == 0) same_tar = layer;  // else: behind the tar, or behind the compressed stream?
  }
  return same_tar;
}

Result<LayerIndex> read_known_layer(std::unique_ptr<BlobReader> reader, const LayerScan& scan, const ImageModel& known,
                                    std::uint32_t layer) {
  LayerIndex index = lent_index(known, layer);
  VerifyingStream blob(std::move(reader), scan.descriptor);
  if (is_same_blob(scan.descriptor, known.layers()[layer].descriptor)) {
    OCITIDY_CHECK(blob.drain());
    return index;
  }
  Decoder decoder(blob);
  HelpedDecoder plain(decoder, scan.running, scan.position, scan.descriptor.size_bytes);
  auto same = check_tar(plain, index);
  plain.close();
  // A blob that is not what its digest says explains every other error in it.
  if (same || same.error().code == Code::corrupt) OCITIDY_CHECK(blob.drain());
  OCITIDY_CHECK(same);
  OCITIDY_TRY(index.codec, layer_codec(decoder.magic()));
  index.trailing_bytes = decoder.trailing_bytes();
  return index;
}

}  // namespace ocitidy
