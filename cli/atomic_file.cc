// atomic_file.cc - all steps relative to the open folder, so that a folder swapped meanwhile cannot redirect them.
#include "atomic_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "fd_writer.h"
#include "signals.h"

namespace ocitidy::cli {
namespace {

/// ".ocitidy-" and 16 random hex digits. Hidden, and no name that the target could have.
std::string temporary_name() {
  std::uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) random = static_cast<std::uint64_t>(getpid());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name = ".ocitidy-";
  for (int i = 0; i < 16; ++i, random >>= 4) name += digits[random & 15U];
  return name;
}

mode_t current_umask() {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

/// Some file systems cannot fsync and say so; then there is nothing to wait for.
bool sync_fails(int fd) { return fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP; }

}  // namespace

UniqueFd::~UniqueFd() { reset(); }

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

int UniqueFd::release() { return std::exchange(fd_, -1); }

AtomicFile::~AtomicFile() {
  if (temporary_name_.empty()) return;
  const SignalPause pause;
  unlinkat(folder_.get(), temporary_name_.c_str(), 0);
  spare_file();
}

Result<void> AtomicFile::open(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  path_ = path;
  name_ = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name_.empty() || name_ == "." || name_ == "..") {
    return fail(Code::invalid_argument, "the output must be a file, not a folder");
  }
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  folder_.reset(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder_.get() < 0) return fail_errno("open the folder", folder, errno);

  const SignalPause pause;
  for (int attempt = 0;; ++attempt) {
    std::string name = temporary_name();
    file_.reset(openat(folder_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file_.get() >= 0) {
      temporary_name_ = std::move(name);
      break;
    }
    if (errno != EEXIST || attempt == 9) return fail_errno("create a file beside", path_, errno);
  }
  doom_file(folder_.get(), temporary_name_);
  return {};
}

Result<void> AtomicFile::commit() {
  if (fchmod(file_.get(), 0666 & ~current_umask()) != 0) return fail_errno("set the mode of", path_, errno);
  if (sync_fails(file_.get())) return fail_errno("write", path_, errno);
  if (close(file_.release()) != 0) return fail_errno("write", path_, errno);
  {
    const SignalPause pause;
    if (renameat(folder_.get(), temporary_name_.c_str(), folder_.get(), name_.c_str()) != 0) {
      return fail_errno("create", path_, errno);
    }
    temporary_name_.clear();
    spare_file();
  }
  if (sync_fails(folder_.get())) return fail_errno("write the folder of", path_, errno);
  return {};
}

}  // namespace ocitidy::cli
