// fd_writer.h - buffered writing to a file descriptor, with every error kept.
#pragma once

#include <string>
#include <string_view>

#include "ocitidy/result.h"

namespace ocitidy::cli {

/// Code::io with the reason as the system words it: "cannot write 'x': No space left on device".
std::unexpected<Error> fail_errno(std::string_view action, std::string_view name, int error_number);

/// Writes every byte of `bytes` to `fd`, however many calls it takes. Returns 0 or an errno.
/// A closed pipe ends the process by SIGPIPE, even where that signal was ignored: a reader that left is no error.
int write_all(int fd, std::string_view bytes);

class FdWriter {
 public:
  /// Does not own `fd`. `name` is for messages.
  FdWriter(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  void write(std::string_view bytes);
  /// Errors: io, also when an earlier write had failed.
  Result<void> flush();

  int fd() const { return fd_; }
  const std::string& name() const { return name_; }

 private:
  void drain();

  int fd_;
  std::string name_, buffer_;
  int error_number_ = 0;  // the first failure; later writes are dropped
};

}  // namespace ocitidy::cli
