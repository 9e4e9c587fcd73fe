// scan.h - the one pass over an image's bytes: each layer once, in parallel, then the merge in layer order.
#pragma once

#include <span>

#include "oci/resolve.h"
#include "ocitidy/image_model.h"
#include "ocitidy/inspect.h"
#include "ocitidy/rule.h"

namespace ocitidy {

struct ScanOptions {
  Limits limits;
  unsigned threads = 1;
  InspectOptions::Hash content = InspectOptions::Hash::none;
  std::vector<ContentQuery> reads{};  ///< file heads that the enabled rules declared
  std::vector<TextQuery> texts{};     ///< and the texts they look for
  Facts facts = Facts::none;
  enum class LibraryNames : std::uint8_t { ignore, collect } library_names = LibraryNames::ignore;
  /// An image whose scan kept all that this one is to keep, and which outlives the new model. What its layers hold is
  /// taken from there, where the DiffID says that it is the same: see known_layer.h.
  const ImageModel* known = nullptr;
};

/// Reads every byte of every layer, and verifies it. Errors: corrupt when any blob is not what its descriptor and
/// DiffID say, or no tar; not_found, limit_exceeded, unsupported, io. The first failing layer in layer order is
/// reported, whatever finished first.
Result<ImageModel> scan_image(const Image& image, ResolvedImage resolved, const ScanOptions& options);

}  // namespace ocitidy
