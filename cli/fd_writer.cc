// fd_writer.cc - see fd_writer.h.
#include "fd_writer.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "ocitidy/escape.h"

namespace ocitidy::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

}  // namespace

std::unexpected<Error> fail_errno(std::string_view action, std::string_view name, int error_number) {
  return fail(Code::io, "cannot " + std::string(action) + " '" + escape_for_terminal(name) +
                            "': " + std::generic_category().message(error_number));
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      std::signal(SIGPIPE, SIG_DFL);
      std::raise(SIGPIPE);
      return EPIPE;  // only where SIGPIPE is blocked
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void FdWriter::write(std::string_view bytes) {
  if (error_number_ != 0) return;
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) drain();
}

void FdWriter::drain() {
  if (error_number_ == 0) error_number_ = write_all(fd_, buffer_);
  buffer_.clear();
}

Result<void> FdWriter::flush() {
  drain();
  if (error_number_ != 0) return fail_errno("write", name_, error_number_);
  return {};
}

}  // namespace ocitidy::cli
