// reference_images.h - what is kept of an image that another is compared with, and what the two have in common.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lambda/cold_start.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Of an image that was scanned with Facts::block_hashes.
struct KnownReference {
  ReferenceImage::Role role = ReferenceImage::Role::against;
  KnownChunks chunks;
  std::vector<DiffId> diff_ids;
  std::vector<std::uint64_t> files;  ///< a hash of path and bytes of each visible regular file, sorted
};
/// Linear in paths and blocks.
KnownReference known_reference(const ImageModel& other, ReferenceImage::Role role);

/// Parallel to `known`. `image`: scanned with Facts::block_hashes. Linear in paths, blocks and what is known.
std::vector<ReferenceImage> compare_references(const ImageModel& image, std::span<const KnownReference> known);

/// Has the image at least half of the other's files, and not its first layers? Then the layers were made anew:
/// squashed, rewritten, or rebuilt.
bool is_copy_of(const ReferenceImage& reference);

}  // namespace ocitidy::lambda
