// archive_packer.cc - see archive_packer.h.
#include "oci/archive_packer.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/text.h"
#include "oci/output_file.h"
#include "oci/tar_framing.h"

namespace ocitidy {

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
  OCITIDY_CHECK(copy_all(fd_, {.fd = file.get(), .offset = 0, .size_bytes = size_bytes}, place_));
  begin_sync(fd_);  // while the archive is read back
  return write(tar_padding(size_bytes));
}

Result<void> ArchivePacker::finish() { return write(tar_end()); }

}  // namespace ocitidy
