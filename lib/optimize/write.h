// write.h - carries a plan out: layers in, layers out. The second and last place that touches image bytes.
#pragma once

#include <vector>

#include "ocitidy/image_writer.h"
#include "optimize/plan.h"
#include "optimize/prove.h"

namespace ocitidy {

struct WrittenLayer {
  Digest digest;
  DiffId diff_id;
  std::uint64_t compressed_bytes = 0, tar_bytes = 0;
};

struct WrittenLayers {
  std::vector<WrittenLayer> layers;  ///< parallel to plan.layers()
  EditedContent edited;
};

/// Writes every layer of a laid-out plan to `to`: copied layers bit for bit, recompressed ones with the same tar, and
/// rewritten ones from one decode of each source layer they take files from. Independent layers side by side.
/// Errors: corrupt when a source is no longer what the scan saw; io; those of `to`.
/// Memory: buffers of the codecs, not the size of layers or files. Output bytes do not depend on `threads`.
Result<WrittenLayers> write_layers(const ImageModel& image, const Plan& plan, BlobSink& to, unsigned threads);

}  // namespace ocitidy
