// rooted_folder.h - a folder whose files are opened by relative path, and which no symbolic link in it can leave.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "oci/file.h"

namespace ocitidy {

/// Immutable; safe from any thread. Only regular files are opened: a FIFO could hang the reader, a device do worse.
class RootedFolder {
 public:
  /// `symlink_steps`: how many symbolic links one path may lead through.
  RootedFolder(UniqueFd folder, std::string name, std::uint32_t symlink_steps)
      : root_(std::move(folder)), name_(std::move(name)), symlink_steps_(symlink_steps) {}

  /// Opens the regular file at `path`. Links are followed while they stay below the folder.
  /// Errors: not_found; corrupt for a link that leaves the folder or loops and for what is no regular file; io.
  Result<std::shared_ptr<const InputFile>> open_file(std::string_view path) const;

  /// Is there something of that name, whatever it is, at the top of the folder?
  bool has(const std::string& name) const;
  const std::string& name() const { return name_; }

 private:
  UniqueFd root_;
  std::string name_;
  std::uint32_t symlink_steps_;
};

}  // namespace ocitidy
