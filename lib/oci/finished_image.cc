// finished_image.cc - see finished_image.h.
#include "oci/finished_image.h"

#include <algorithm>

#include "archive/codec.h"
#include "archive/stream.h"
#include "base/text.h"
#include "oci/archive_file.h"
#include "oci/parse.h"

namespace ocitidy {
namespace {

std::unexpected<Error> not_for_docker(std::string why) {
  return fail(Code::unsupported, cat("a docker-archive cannot hold this image: ", why));
}

/// The first tar block of a blob, or all of it when that is less.
Result<std::vector<std::byte>> first_block(BlobReader& reader) {
  std::vector<std::byte> block(kTarBlockBytes);
  std::size_t size = 0;
  while (size < block.size()) {
    OCITIDY_TRY(const std::size_t got, reader.read(std::span(block).subspan(size)));
    if (got == 0) break;
    size += got;
  }
  block.resize(size);
  return block;
}

bool begins_as_tar(std::span<const std::byte> block) {
  if (block.size() < kTarBlockBytes || sniff_magic(block) != Magic::none) return false;
  // A layer may be empty: then its tar begins with the zeros it ends with.
  return std::ranges::all_of(block, [](std::byte b) { return b == std::byte{0}; }) || check_tar_head(block);
}

Result<void> check_fits_docker(const BlobSource& blobs, const Manifest& manifest, const Limits& limits) {
  if (is_artifact(manifest)) {
    return not_for_docker(cat("it is an artifact, with a config of type ", quote(manifest.config.media_type)));
  }
  OCITIDY_TRY(std::string raw, read_small_blob(blobs, manifest.config, limits.json_bytes));
  OCITIDY_TRY(const ImageConfig config, parse_config(std::move(raw), limits));
  if (config.diff_ids.size() != manifest.layers.size()) {
    return not_for_docker(cat("the manifest names ", counted(manifest.layers.size(), "layer", "layers"),
                              ", the config ", counted(config.diff_ids.size(), "DiffID", "DiffIDs")));
  }
  if (manifest.config.digest.algorithm != Digest::Algorithm::sha256) {
    return not_for_docker("its config is not named by a SHA-256");
  }
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    const Descriptor& layer = manifest.layers[i];
    OCITIDY_TRY(const auto reader, blobs.open(layer));
    OCITIDY_TRY(const auto block, first_block(*reader));
    if (!begins_as_tar(block)) return not_for_docker(cat("layer ", i, " is no plain tar"));
    if (layer.digest != config.diff_ids[i].value)
      return not_for_docker(cat("layer ", i, " is not named by its DiffID"));
  }
  return {};
}

}  // namespace

Result<Manifest> check_finished(const BlobSource& blobs, const Descriptor& descriptor, Transport transport,
                                const Limits& limits) {
  OCITIDY_TRY(std::string raw, read_small_blob(blobs, descriptor, limits.json_bytes));
  OCITIDY_TRY(auto document, parse_document(std::move(raw), limits));
  if (std::holds_alternative<Index>(document)) {
    return fail(Code::unsupported, cat(descriptor.digest.str(), " is an index; one image is written at a time"));
  }
  Manifest manifest = std::get<Manifest>(std::move(document));
  OCITIDY_CHECK(blobs.open(manifest.config));
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    if (auto layer = blobs.open(manifest.layers[i]); !layer) return fail_at(std::move(layer).error(), cat("layer ", i));
  }
  if (transport == Transport::docker_archive) OCITIDY_CHECK(check_fits_docker(blobs, manifest, limits));
  return manifest;
}

}  // namespace ocitidy
