// inspect.h - inspect(): what an image is made of, byte by byte and path by path.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ocitidy/lint.h"

namespace ocitidy {

/// What becomes of a layer's file bytes. All are sums of Entry::size_bytes, so tar headers and padding stay out.
struct LayerUsage {
  std::uint64_t entries = 0;
  std::uint64_t file_bytes = 0;     ///< visible_bytes + wasted_bytes
  std::uint64_t visible_bytes = 0;  ///< some process can read them
  std::uint64_t wasted_bytes = 0;   ///< no process can
};

/// What of the image config decides how a container starts. Empty for an artifact.
struct StartSummary {
  std::vector<std::string> entrypoint, cmd;
  std::string working_dir, user;
  std::uint64_t env_count = 0;  ///< variables that the config sets
};

struct Inspection {
  ImageSummary image;
  StartSummary start;
  std::vector<LayerUsage> usage;  ///< parallel to image.layers
  LayerUsage total;
  /// visible / total; 1 for an image without file bytes.
  double efficiency = 1;
  /// The score dive prints for the same image: sum over paths of the smallest copy / sum of all copies, opaque
  /// directories ignored. Here so that thresholds can be carried over; `efficiency` is the one that is true.
  /// Source: dive's filetree/efficiency, as described in docs/glossary.md.
  double dive_score = 1;
};

struct InspectOptions {
  std::optional<Platform> platform;
  Limits limits;
  unsigned threads = 1;
  enum class Hash : std::uint8_t { none, sha256 } content = Hash::none;  ///< hash every file's bytes
};

/// Scans `image` and returns its model. Errors and cost: as lint().
Result<ImageModel> scan(const Image& image, const InspectOptions& options);

/// Accounts for every byte of a scanned image. Linear in entries.
Inspection inspect(const ImageModel& model);

}  // namespace ocitidy
