// file.cc - read(2) and pread(2), with what they may do between the lines: short reads, EINTR, files that shrink.
#include "oci/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/text.h"

namespace ocitidy {
namespace {

/// Holds the headers of several small members of an archive, and little enough to be read in vain before a skip.
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

std::unexpected<Error> fail_shrunk(std::string_view name) {
  return fail(Code::io, cat("cannot read ", quote(name), ": it got shorter while it was read"));
}

Result<OpenedPath> open_standard_input() {
  OpenedPath opened{.kind = OpenedPath::Kind::stream,
                    .fd = UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)),
                    .name = "standard input"};
  if (!opened.fd) return fail_errno("cannot open", opened.name, errno);
  if (isatty(opened.fd.get()) == 1) {
    return fail(Code::invalid_argument, "standard input is a terminal; pipe an image archive into it or name a path");
  }
  return opened;
}

Result<OpenedPath> open_named(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return fail_errno("cannot open", path, errno);
  // Opening a FIFO waits for its writer, as the user who names one expects. Nothing else is allowed to block.
  const int blocking = S_ISFIFO(status.st_mode) ? 0 : O_NONBLOCK;
  UniqueFd fd;
  do {
    fd = UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | blocking));
  } while (!fd && errno == EINTR);
  if (!fd) return fail_errno("cannot open", path, errno);
  return OpenedPath{.kind = OpenedPath::Kind::stream, .fd = std::move(fd), .name = path};
}

}  // namespace

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

std::unexpected<Error> fail_errno(std::string_view action, std::string_view name, int error_number) {
  return fail(Code::io, cat(action, " ", quote(name), ": ", std::generic_category().message(error_number)));
}

Result<std::size_t> InputFile::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto position = static_cast<off_t>(start_bytes_ + offset + done);
    const ssize_t got = pread(fd_.get(), into.data() + done, into.size() - done, position);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", name_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::size_t> FileBlobReader::read(std::span<std::byte> into) {
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_bytes_));
  if (want == 0) return std::size_t{0};
  OCITIDY_TRY(const std::size_t got, file_->read_at(offset_, into.first(want)));
  if (got == 0) return fail_shrunk(file_->name());
  offset_ += got;
  left_bytes_ -= got;
  return got;
}

FileStream::FileStream(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t size_bytes)
    : file_(std::move(file)), offset_(offset), left_bytes_(size_bytes), buffer_(kBufferBytes) {}

Result<std::span<const std::byte>> FileStream::next() {
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), left_bytes_));
  if (want == 0) return std::span<const std::byte>();
  OCITIDY_TRY(const std::size_t got, file_->read_at(offset_, std::span(buffer_).first(want)));
  if (got == 0) return fail_shrunk(file_->name());
  offset_ += got;
  left_bytes_ -= got;
  return std::span<const std::byte>(buffer_.data(), got);
}

std::uint64_t FileStream::skip(std::uint64_t count) {
  const std::uint64_t passed = std::min(count, left_bytes_);
  offset_ += passed;
  left_bytes_ -= passed;
  return passed;
}

PipeStream::PipeStream(int fd, std::string name) : fd_(fd), name_(std::move(name)), buffer_(kBufferBytes) {}

Result<std::span<const std::byte>> PipeStream::next() {
  for (;;) {
    const ssize_t got = read(fd_, buffer_.data(), buffer_.size());
    if (got >= 0) return std::span<const std::byte>(buffer_.data(), static_cast<std::size_t>(got));
    if (errno != EINTR) return fail_errno("cannot read", name_, errno);
  }
}

Result<OpenedPath> open_path(const std::string& path) {
  OCITIDY_TRY(OpenedPath opened, path == "-" ? open_standard_input() : open_named(path));
  struct stat status{};
  if (fstat(opened.fd.get(), &status) != 0) return fail_errno("cannot open", opened.name, errno);
  if (S_ISDIR(status.st_mode)) {
    opened.kind = OpenedPath::Kind::folder;
  } else if (S_ISREG(status.st_mode)) {
    opened.kind = OpenedPath::Kind::file;
    const off_t position = lseek(opened.fd.get(), 0, SEEK_CUR);
    opened.start_bytes = static_cast<std::uint64_t>(std::max<off_t>(position, 0));
    const auto end_bytes = static_cast<std::uint64_t>(status.st_size);
    opened.size_bytes = end_bytes - std::min(end_bytes, opened.start_bytes);
  }
  return opened;
}

bool path_exists(const std::string& path) {
  struct stat status{};
  return path == "-" || stat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

}  // namespace ocitidy
