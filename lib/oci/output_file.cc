// output_file.cc - see output_file.h.
#include "oci/output_file.h"

#include <unistd.h>

#include <cerrno>

namespace ocitidy {

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
