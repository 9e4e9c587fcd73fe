// member_name.h - a tar member's name, read as the engines read it: cleaned, confined to the root, whiteouts told
// apart.
#pragma once

#include <string>
#include <string_view>

#include "ocitidy/image_model.h"

namespace ocitidy {

struct MemberName {
  std::string path;  ///< as Entry::path; for whiteouts what they hide, unless they hide nothing
  EntryType type;    ///< whiteout and opaque come from the name, whatever the member's own type
  Oddity oddities = Oddity::none;
};

/// Cleans `raw` lexically: "." and empty components go, ".." takes the one before it and never leaves the root.
/// Source: image-spec layer.md#whiteouts; Go's path.Clean, which every engine applies.
MemberName member_name(std::string_view raw, EntryType type);

/// The path part of the above alone, for link targets: no component is a whiteout.
std::string clean_path(std::string_view raw, Oddity& oddities);

}  // namespace ocitidy
