// layout_parts.h - which names in a folder belong to an OCI layout, so that replacing one deletes nothing else.
#pragma once

#include <string>
#include <vector>

#include "oci/file.h"

namespace ocitidy {

/// What a folder holds, by names and types; no document is read.
struct FolderContent {
  enum class Kind : std::uint8_t {
    empty,
    layout,  ///< the marker or index.json, and nothing that is no part of a layout
    other,
  };
  Kind kind = Kind::other;
  std::string foreign;  ///< `other`: a path in it that is no part of a layout, if there is one
};

/// The names in the folder open as `folder`, sorted, without "." and "..". Errors: io.
Result<std::vector<std::string>> names_in(int folder, std::string_view name);

/// Errors: io, also when this process may not remove what is in a layout.
Result<FolderContent> look_into(int folder, std::string_view name);

/// Removes a layout, or what a writer staged: the parts of a layout in `folder`, then the folder itself, which `parent`
/// has as `name`. Whatever else is in it stays, and it with it. No symbolic link is followed.
/// Errors: io when something is left.
Result<void> remove_layout(int parent, const std::string& name, int folder);

}  // namespace ocitidy
