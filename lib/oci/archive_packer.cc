// archive_packer.cc - see archive_packer.h.
#include "oci/archive_packer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/text.h"
#include "oci/output_file.h"
#include "oci/tar_framing.h"

namespace ocitidy {
namespace {

constexpr std::uint64_t kCopyBytes = std::uint64_t{1} << 30;  // per call, so that a signal is answered
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

/// Reasons of copy_file_range(2) to copy by hand. The last two: kernels before 5.19, and file systems of some
/// sandboxes.
bool cannot_copy(int error_number) {
  return error_number == EXDEV || error_number == EINVAL || error_number == ENOSYS || error_number == EOPNOTSUPP ||
         error_number == EPERM || error_number == ETXTBSY;
}

}  // namespace

Result<void> ArchivePacker::write(std::string_view bytes) {
  return write_all(fd_, std::as_bytes(std::span(bytes)), "cannot write", place_);
}

Result<void> ArchivePacker::append(std::string_view name, std::string_view bytes) {
  return write(cat(tar_member_header(name, bytes.size()), bytes, tar_padding(bytes.size())));
}

Result<void> ArchivePacker::add_file(std::string_view name, const UniqueFd& file) {
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return fail_errno("cannot read", place_, errno);
  const auto size_bytes = static_cast<std::uint64_t>(status.st_size);
  OCITIDY_CHECK(write(tar_member_header(name, size_bytes)));
  OCITIDY_TRY(const std::uint64_t done, copy_in_kernel(file.get(), size_bytes));
  OCITIDY_CHECK(copy_by_hand(file.get(), done, size_bytes));
  return write(tar_padding(size_bytes));
}

/// Returns how many bytes were copied; less than all where the kernel cannot.
Result<std::uint64_t> ArchivePacker::copy_in_kernel(int from, std::uint64_t size_bytes) {
  loff_t position = 0;
  while (std::cmp_less(position, size_bytes)) {
    const std::uint64_t want = std::min(size_bytes - static_cast<std::uint64_t>(position), kCopyBytes);
    const ssize_t got = copy_file_range(from, &position, fd_, nullptr, static_cast<std::size_t>(want), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && !cannot_copy(errno)) return fail_errno("cannot write", place_, errno);
    if (got <= 0) break;
  }
  return static_cast<std::uint64_t>(position);
}

Result<void> ArchivePacker::copy_by_hand(int from, std::uint64_t offset, std::uint64_t size_bytes) {
  if (offset == size_bytes) return {};
  std::vector<std::byte> buffer(kBufferBytes);
  while (offset < size_bytes) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_bytes - offset));
    const ssize_t got = pread(from, buffer.data(), want, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", place_, errno);
    if (got == 0) return fail(Code::io, cat("cannot read ", quote(place_), ": a blob got shorter while it was packed"));
    const auto count = static_cast<std::size_t>(got);
    OCITIDY_CHECK(write_all(fd_, std::span(buffer).first(count), "cannot write", place_));
    offset += count;
  }
  return {};
}

Result<void> ArchivePacker::finish() { return write(tar_end()); }

}  // namespace ocitidy
