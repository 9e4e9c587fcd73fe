// output_file.cc - see output_file.h.
#include "oci/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::uint64_t kCopyBytes = std::uint64_t{256} << 20;  // per call, so that a signal is answered
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

/// Reasons of copy_file_range(2) to copy by hand. The last two: kernels before 5.19, and file systems of some
/// sandboxes.
bool cannot_copy(int error_number) {
  return error_number == EXDEV || error_number == EINVAL || error_number == ENOSYS || error_number == EOPNOTSUPP ||
         error_number == EPERM || error_number == ETXTBSY;
}

/// Takes from the front of `left` what could be copied: not all of it where the kernel cannot.
Result<void> copy_in_kernel(int fd, FileRange& left, std::string_view place) {
  while (left.size_bytes > 0) {
    auto position = static_cast<loff_t>(left.offset);
    const auto want = static_cast<std::size_t>(std::min(left.size_bytes, kCopyBytes));
    const ssize_t got = copy_file_range(left.fd, &position, fd, nullptr, want, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && !cannot_copy(errno)) return fail_errno("cannot write", place, errno);
    if (got <= 0) return {};
    left.offset += static_cast<std::uint64_t>(got);
    left.size_bytes -= static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace

Result<void> copy_all(int fd, const FileRange& from, std::string_view place) {
  FileRange left = from;
  OCITIDY_CHECK(copy_in_kernel(fd, left, place));
  std::vector<std::byte> buffer(left.size_bytes > 0 ? kBufferBytes : 0);
  while (left.size_bytes > 0) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left.size_bytes));
    const ssize_t got = pread(left.fd, buffer.data(), want, static_cast<off_t>(left.offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read a blob for", place, errno);
    if (got == 0) return fail(Code::io, cat("cannot write ", quote(place), ": a blob got shorter while it was copied"));
    const auto count = static_cast<std::size_t>(got);
    OCITIDY_CHECK(write_all(fd, std::span(buffer).first(count), "cannot write", place));
    left.offset += count;
    left.size_bytes -= count;
  }
  return {};
}

Result<void> write_all(int fd, std::span<const std::byte> bytes, std::string_view action, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t done = write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fail_errno(action, name, errno);
    if (done == 0) return fail_errno(action, name, ENOSPC);  // never for a regular file; an endless loop helps nobody
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

void begin_sync(int fd) { sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); }

Result<void> sync_file(int fd, std::string_view name) {
  while (fsync(fd) != 0) {
    if (errno == EINTR) continue;
    if (errno == EINVAL || errno == ENOTSUP) return {};
    return fail_errno("cannot write", name, errno);
  }
  return {};
}

Result<void> close_file(UniqueFd file, std::string_view name) {
  // After EINTR Linux has closed it all the same.
  if (close(file.release()) != 0 && errno != EINTR) return fail_errno("cannot write", name, errno);
  return {};
}

}  // namespace ocitidy
