// cold_start.h - what a flattened image says about a cold start: which chunks are known from elsewhere, which are new,
// and who brought them.
#pragma once

#include <span>
#include <vector>

#include "lambda/change_rates.h"
#include "ocitidy/coldstart.h"

namespace ocitidy::lambda {

/// What is kept of another image.
struct KnownChunks {
  KnownImage image;                     ///< `shared_chunks` is left open
  std::vector<std::uint64_t> contents;  ///< FlatImage::contents()
};
KnownChunks known_chunks(const ImageModel& other);

struct ColdStartInput {
  const ImageModel& image;  ///< scanned with Facts::block_hashes and kComponentReads
  const BaseLayers& base;
  std::span<const KnownChunks> against;
  std::span<const ComponentContents> history;  ///< oldest first; needs Facts::content_hashes then
};

/// All of the report but `image` and the budget. Linear in entries, blocks and chunks.
ColdStartReport cold_start_report(const ColdStartInput& in, const ColdStartOptions& options);

}  // namespace ocitidy::lambda
