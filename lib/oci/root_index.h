// root_index.h - the index.json of a layout, in a folder or an archive: which images it names, and which one is meant.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "oci/reference.h"
#include "ocitidy/blob.h"
#include "ocitidy/image.h"

namespace ocitidy {

struct RootIndex {
  std::vector<Descriptor> manifests;
  bool is_null = false;  ///< "manifests": null, as some archives have it beside a good manifest.json
  std::string raw;
};

/// Errors: corrupt, with "index.json" and the JSON pointer; limit_exceeded.
Result<RootIndex> parse_root_index(std::string raw, const Limits& limits);

/// What is odd about the oci-layout file, if anything is. `content` is the outcome of reading it.
/// Errors: those of `content`, except that it is not there.
Result<std::vector<StoreNote>> check_layout_marker(Result<std::string> content, const Limits& limits);

/// The descriptor that `selector` names. A digest is also looked for in the indexes below.
/// Errors: invalid_argument when none or several fit, with a list; corrupt when the index names nothing at all.
Result<Descriptor> select_root(const RootIndex& index, const Selector& selector, const BlobSource& blobs,
                               const OpenOptions& options);

using Document = std::variant<Manifest, Index>;

struct IndexWalk {
  std::uint64_t documents = 0;       ///< named and looked for
  std::uint64_t absent = 0;          ///< of these, not there
  std::optional<Error> first_error;  ///< of the first document that is there but cannot be read
};

/// Calls `found` for every document that can be reached from `roots`, each digest once, in index order.
/// A document that is missing or broken is counted and passed over. Bounded by index_depth and index_manifests.
IndexWalk walk_index(const BlobSource& blobs, std::span<const Descriptor> roots, const Limits& limits,
                     const std::function<void(const Descriptor&, const Document&)>& found);

/// Is this manifest an image that could run: no attestation, no artifact?
bool is_image(const Descriptor& descriptor, const Manifest& manifest);

/// The note for a walk that missed documents.
std::vector<StoreNote> note_absent(const IndexWalk& walk);

}  // namespace ocitidy
