// layer_writer.h - members -> one layer blob: tar, DiffID, compression. Streams, so that a layer of gigabytes of
// zeros costs time but no memory.
#pragma once

#include <span>
#include <string>

#include "ocitidy/digest.h"
#include "support/tar_writer.h"

namespace ocitidy::test {

struct LayerBlob {
  std::string bytes;  ///< as stored
  DiffId diff_id;
  std::uint64_t tar_bytes = 0;
};

/// The members in the order given, nothing added.
LayerBlob write_layer(std::span<const Member> members, Codec codec);
/// Compresses `bytes` whole. Deterministic for one version of zlib and zstd.
std::string compress(std::string_view bytes, Codec codec);

}  // namespace ocitidy::test
