// nameless_file.cc - see nameless_file.h.
#include "oci/nameless_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "oci/output_file.h"

namespace ocitidy {

Result<NamelessFile> NamelessFile::open(std::string directory) {
  UniqueFd file(::open(directory.c_str(), O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  if (file) return NamelessFile(std::move(file), std::move(directory));
  // File systems without O_TMPFILE say so in several ways (NFS, overlay, old kernels): make a name and take it away.
  std::string path = cat(directory, "/ocitidy-XXXXXX");
  file = UniqueFd(mkostemp(path.data(), O_CLOEXEC));
  if (!file) return fail_errno("cannot make a temporary file in", directory, errno);
  if (unlink(path.c_str()) != 0) return fail_errno("cannot unlink", path, errno);
  return NamelessFile(std::move(file), std::move(directory));
}

Result<void> NamelessFile::append(std::span<const std::byte> bytes) {
  OCITIDY_CHECK(write_all(fd_.get(), bytes, "cannot write a temporary file in", directory_));
  size_bytes_ += bytes.size();
  return {};
}

std::shared_ptr<const InputFile> NamelessFile::finish(std::string name) && {
  return std::make_shared<const InputFile>(std::move(fd_), std::move(name), 0, size_bytes_);
}

}  // namespace ocitidy
