// nameless_file.h - a temporary file that no path leads to: it is gone when its last user is, however the process ends.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "oci/file.h"

namespace ocitidy {

class NamelessFile {
 public:
  /// In `directory`, for the owner alone (mode 0600). Errors: io.
  static Result<NamelessFile> open(std::string directory);

  /// Errors: io, such as a full disk; the reason names the directory.
  Result<void> append(std::span<const std::byte> bytes);
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// What was appended, for reading. `name` is for messages.
  std::shared_ptr<const InputFile> finish(std::string name) &&;

 private:
  NamelessFile(UniqueFd fd, std::string directory) : fd_(std::move(fd)), directory_(std::move(directory)) {}

  UniqueFd fd_;
  std::string directory_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace ocitidy
