// archive_packer.h - a tar of blobs, written to a file that is open.
#pragma once

#include <string>
#include <string_view>

#include "oci/file.h"

namespace ocitidy {

/// Writes members in the order they are added. After an error the file is of no use.
class ArchivePacker {
 public:
  /// `fd` must stay open; `place` names the file for messages.
  ArchivePacker(int fd, std::string place) : fd_(fd), place_(std::move(place)) {}

  /// `name` ends in '/'. Errors: io.
  Result<void> add_folder(std::string_view name) { return append(name, ""); }
  /// Errors: io.
  Result<void> add_document(std::string_view name, std::string_view bytes) { return append(name, bytes); }
  /// All of `file`, from its first byte. Where the file system can, no byte passes through this process.
  /// Errors: io.
  Result<void> add_file(std::string_view name, const UniqueFd& file);
  /// Errors: io.
  Result<void> finish();

 private:
  Result<void> write(std::string_view bytes);
  Result<void> append(std::string_view name, std::string_view bytes);

  int fd_;
  std::string place_;
};

}  // namespace ocitidy
