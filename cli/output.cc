// output.cc - see output.h.
#include "output.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "input_guard.h"

namespace ocitidy::cli {

struct Output::State {
  AtomicFile file;
  UniqueFd device;                 // a pipe or device, written directly
  std::optional<FdWriter> writer;  // none only while open() is at work
  bool commit = false;             // `file` is in use
};

Result<Output> Output::open(const std::string& path, std::string_view reference) {
  Output output(std::make_shared<State>());
  if (path.empty()) {
    if (!reference.empty()) OCITIDY_CHECK(check_stdout_spares_input(reference));
    output.state_->writer.emplace(STDOUT_FILENO, "standard output");
    return output;
  }
  if (!reference.empty()) OCITIDY_CHECK(check_output_spares_input(path, reference));
  OCITIDY_CHECK(output.open_file(path));
  return output;
}

Result<void> Output::open_file(const std::string& path) {
  struct stat status{};
  const bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) {
    return fail(Code::invalid_argument, "the output must be a file, not a folder");
  }
  if (exists && !S_ISREG(status.st_mode)) {  // /dev/null, /dev/stdout, a named pipe: never to be replaced by a file
    state_->device.reset(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (state_->device.get() < 0) return fail_errno("open", path, errno);
    state_->writer.emplace(state_->device.get(), path);
    return {};
  }
  std::string target = path;
  if (exists) {  // the file that a symbolic link leads to is replaced, not the link
    const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
    if (real == nullptr) return fail_errno("resolve", path, errno);
    target = real.get();
  }
  OCITIDY_CHECK(state_->file.open(target));
  state_->writer.emplace(state_->file.fd(), path);
  state_->commit = true;
  return {};
}

Write Output::writer() {
  return [state = state_](std::string_view bytes) { state->writer->write(bytes); };
}

bool Output::is_standard_output() const { return state_->writer->fd() == STDOUT_FILENO; }

bool Output::is_terminal() const { return isatty(state_->writer->fd()) == 1; }

Result<void> Output::finish() {
  OCITIDY_CHECK(state_->writer->flush());
  if (state_->commit) return state_->file.commit();
  // Some file systems report a failed write only here.
  if (is_standard_output() && close(STDOUT_FILENO) != 0 && errno != EINTR) {
    return fail_errno("write", state_->writer->name(), errno);
  }
  return {};
}

}  // namespace ocitidy::cli
