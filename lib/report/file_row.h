// file_row.h - one line of `inspect --files`: everything about one visible path.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "report/json_writer.h"

namespace ocitidy {

struct FileRow {
  std::string_view path;
  Node node;
  std::span<const Xattr> xattrs;          ///< sorted by name
  const Sha256* sha256 = nullptr;         ///< when the content was hashed
  std::optional<std::string> link_group;  ///< first path of the hard-link group, when there is more than one name
};

/// One JSON object and a line feed.
void write_file_row(JsonWriter& json, const FileRow& row);

}  // namespace ocitidy
