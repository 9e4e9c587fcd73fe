// optimize_words.h - what happens to an image, in the words that every format of it uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/optimize.h"

namespace ocitidy {

std::string_view edit_kind_name(Edit::Kind kind);
std::string_view fate_name(OutputLayer::Fate fate);

struct ChangeCounts {
  std::size_t removed = 0, added = 0, changed = 0;  ///< paths
};
ChangeCounts count_changes(const Certificate& certificate);

/// "3 paths removed, 1 path added, 2 variables set"; "" when there is nothing.
std::string changes_text(const Certificate& certificate);

/// Does the certificate list nothing at all, so that the two images must be equal?
bool says_equal(const Certificate& certificate);

/// The presets that hold the pass, mildest first.
std::vector<Preset> presets_of(const PassInfo& pass);

/// "sha256:..." of a tree hash.
std::string tree_text(const Sha256& tree);

}  // namespace ocitidy
