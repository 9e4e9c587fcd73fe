// atomic_file.h - a file that appears under its name whole, or not at all.
#pragma once

#include <string>

#include "ocitidy/result.h"

namespace ocitidy::cli {

/// Owns one file descriptor; -1 is none.
class UniqueFd {
 public:
  explicit UniqueFd(int fd = -1) : fd_(fd) {}
  ~UniqueFd();
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  int get() const { return fd_; }
  void reset(int fd = -1);
  int release();

 private:
  int fd_;
};

/// Written beside its target under another name, and renamed when it is complete. Until then, whatever happens (an
/// error, a signal, a power cut), the target is what it was. One at a time: see signals.h.
class AtomicFile {
 public:
  AtomicFile() = default;
  /// Removes the temporary file unless commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Makes the temporary file, readable by nobody else. `path` must not be a folder.
  /// Errors: invalid_argument for a name that cannot be, io.
  Result<void> open(const std::string& path);
  int fd() const { return file_.get(); }

  /// Gives the file the mode that the umask asks for, forces it to the disk and puts it in its place.
  /// Errors: io; the target is then what it was, except that after a failed last step (folder to disk) it is the new
  /// one.
  Result<void> commit();

 private:
  std::string path_, name_, temporary_name_;
  UniqueFd folder_, file_;
};

}  // namespace ocitidy::cli
