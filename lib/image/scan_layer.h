// scan_layer.h - one layer's bytes, read once: blob digest, DiffID, and an index of every tar member.
#pragma once

#include <atomic>
#include <memory>

#include "image/layer_index.h"
#include "image/scan.h"

namespace ocitidy {

struct LayerScan {
  const Descriptor& descriptor;
  const DiffId* diff_id;  ///< nullptr when the config names none: then there is nothing to hold it against
  const ScanOptions& options;
  std::uint64_t capture_bytes;               ///< this layer's share of limits.capture_bytes
  std::atomic<std::uint64_t>& entries_seen;  ///< over all layers
};

/// Reads `reader` to its end. Errors: corrupt when digest, size or DiffID differ, or the bytes are no tar;
/// unsupported for other compressions; limit_exceeded; io.
Result<LayerIndex> scan_layer(std::unique_ptr<BlobReader> reader, const LayerScan& scan);

}  // namespace ocitidy
