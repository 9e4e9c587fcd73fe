// scan_layer.h - one layer's bytes, read once: blob digest, DiffID, and an index of every tar member.
#pragma once

#include <atomic>
#include <memory>

#include "archive/codec.h"
#include "image/layer_index.h"
#include "image/running_layers.h"
#include "image/scan.h"

namespace ocitidy {

/// What the layers of one image have come to, so that a limit can be on all of them.
struct ScanTally {
  std::atomic<std::uint64_t> entries{0}, block_hashes{0};
};

struct LayerScan {
  const Descriptor& descriptor;
  const DiffId* diff_id;  ///< nullptr when the config names none: then there is nothing to hold it against
  const ScanOptions& options;
  std::uint64_t capture_bytes;  ///< this layer's share of limits.capture_bytes
  ScanTally& tally;
  RunningLayers& running;  ///< told of this layer while it can be helped
  std::size_t position;    ///< of the layer, in `running`
};

/// What a layer is compressed with. Errors: unsupported for what whole archives may be, but no layer.
Result<Codec> layer_codec(Magic magic);

/// Reads `reader` to its end. Errors: corrupt when digest, size or DiffID differ, or the bytes are no tar;
/// unsupported for other compressions; limit_exceeded; io. When the tally says that
/// there are more block hashes than the limit, those of the index are of no use.
Result<LayerIndex> scan_layer(std::unique_ptr<BlobReader> reader, const LayerScan& scan);

}  // namespace ocitidy
