// protected_input.h - the image that is being read, which no output may replace, lie in, or contain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oci/file.h"

namespace ocitidy {

/// Compares files by device and inode, so that links, spellings and bind mounts do not matter.
class ProtectedInput {
 public:
  /// Everything that open_image() could open for `reference`: better refuse once too often. Paths that are not there
  /// protect nothing.
  explicit ProtectedInput(std::string_view reference);

  /// May `name`, in the folder open as `parent`, be written? It need not exist. `shown`: for the message.
  /// Errors: invalid_argument.
  Result<void> check_spared(int parent, const std::string& name, std::string_view shown) const;

 private:
  struct FileId {
    std::uint64_t device = 0, inode = 0;
    bool operator==(const FileId&) const = default;
  };
  static FileId id_of(int fd);
  static bool lies_in(UniqueFd folder, const std::vector<FileId>& wanted);
  void protect(const std::string& path);

  std::vector<FileId> ids_;       // files and folders that must not be replaced
  std::vector<FileId> folders_;   // of these, the folders, in which nothing may be written
  std::vector<UniqueFd> places_;  // the folders that inputs lie in, or are: those around them must stay
};

}  // namespace ocitidy
