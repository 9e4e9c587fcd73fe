// resolve.h - from the root that a reference names to the one manifest to read.
#pragma once

#include <optional>
#include <vector>

#include "ocitidy/image.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

struct ResolvedImage {
  Descriptor descriptor;  ///< of the manifest
  Manifest manifest;
  ImageConfig config;  ///< empty when `is_artifact`
  bool is_artifact = false;
  std::vector<IndexMember> index_members;  ///< empty unless the root is an index
  std::vector<IndexDocument> indexes;      ///< that were read, the root first
};

/// Reads the documents below `image.root`, each verified by size and digest before it is parsed.
/// An index is searched, nested ones too; attestations and artifacts are passed over. Without `platform` it must hold
/// exactly one image whose manifest is there; never silently the first of several.
/// Errors: invalid_argument when several images fit (the message lists them) or none does; corrupt, not_found,
/// unsupported, limit_exceeded, io.
Result<ResolvedImage> resolve_image(const Image& image, const std::optional<Platform>& platform, const Limits& limits);

}  // namespace ocitidy
