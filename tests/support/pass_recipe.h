// pass_recipe.h - the recipes of docs/passes/*.md: an image, how it is optimized, and what comes out.
//
// A page shows pairs. The first block, Before, is a recipe (recipe.h) with an `optimize` line and these lines:
//
//   optimize [WORD ...]     several lines add up
//       preset=lossless | pass=ID | no-pass=ID | keep=GLOB          pass, no-pass and keep: repeatable
//       base=N | touch-base                          base=0 without either: pages do not depend on the history
//       squash | max-layers=N | merge=FIRST-LAST | merge-below=SIZE
//       compression=gzip|zstd|none | level=N | effort=fast|best | media-types=oci|docker
//       epoch=SECONDS | pyc=move-time|unchecked-hash | env=NAME=VALUE | used=PATH      env and used: repeatable
//       to=docker-archive                            what is written; else blobs
//   edit PASS [layer=N] [path=P] [bytes=N] [message="part of it"]
//       one edit of PASS with this layer, path, byte count (200k) and part of its detail. Each edit of the page's own
//       pass answers one edit line of that pass; of other passes only the edits that are named must be there.
//   note "part of it"       the report has such a note
//   not-applicable PASS     the pass finds nothing to do its work on
//   nothing-changes         the manifest that comes out is the one that went in; no After block follows
//
// The block that follows is After: the recipe of the image that must come out, member for member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/optimize.h"
#include "support/image_builder.h"

namespace ocitidy::test {

struct ExpectedEdit {
  std::string pass;
  std::optional<std::uint32_t> layer;
  std::optional<std::string> path, message;
  std::optional<std::uint64_t> bytes;
  unsigned line = 0;  ///< of the recipe, from 1
};

struct PassRecipe {
  ImageSpec image;
  OptimizeOptions options;
  Transport to = Transport::blobs;
  std::vector<ExpectedEdit> edits;
  std::vector<std::string> notes;
  std::vector<std::string> not_applicable;  ///< pass ids
  enum class Outcome : std::uint8_t { as_after, nothing_changes } outcome = Outcome::as_after;
};

/// Errors: invalid_argument, "line N: what is wrong".
Result<PassRecipe> parse_pass_recipe(std::string_view text);

}  // namespace ocitidy::test
