// spool.cc - the only place of the reading side that writes: to a file without a name.
#include "oci/spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

#include "archive/codec.h"
#include "base/text.h"
#include "oci/archive_file.h"
#include "oci/output_file.h"

namespace ocitidy {
namespace {

Result<UniqueFd> open_nameless(const std::string& directory) {
  UniqueFd file(open(directory.c_str(), O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  // File systems without O_TMPFILE say so in several ways (NFS, overlay, old kernels): make a name and take it away.
  std::string path = cat(directory, "/ocitidy-XXXXXX");
  file = UniqueFd(mkostemp(path.data(), O_CLOEXEC));
  if (!file) return fail_errno("cannot make a temporary file in", directory, errno);
  if (unlink(path.c_str()) != 0) return fail_errno("cannot unlink", path, errno);
  return file;
}

}  // namespace

Result<std::shared_ptr<const InputFile>> spool(ByteStream& from, const std::string& name, const OpenOptions& options) {
  Decoder decoder(from);
  std::vector<std::byte> head;  // looked at before anything is written: noise must not fill the disk
  while (head.size() < kTarBlockBytes) {
    OCITIDY_TRY(const auto chunk, decoder.next());
    if (chunk.empty()) break;
    head.insert(head.end(), chunk.begin(), chunk.end());
  }
  OCITIDY_CHECK(check_tar_head(head));

  OCITIDY_TRY(UniqueFd file, open_nameless(options.spool_directory));
  std::uint64_t size_bytes = 0;
  const auto append = [&](std::span<const std::byte> bytes) -> Result<void> {
    size_bytes += bytes.size();
    if (size_bytes <= options.limits.spool_bytes)
      return write_all(file.get(), bytes, "cannot write a temporary file in", options.spool_directory);
    return fail(Code::limit_exceeded, cat("the plain archive has more than ", options.limits.spool_bytes,
                                          " bytes, the limit for a temporary copy (--max-spool)"));
  };
  OCITIDY_CHECK(append(head));
  for (;;) {
    OCITIDY_TRY(const auto chunk, decoder.next());
    if (chunk.empty()) break;
    OCITIDY_CHECK(append(chunk));
  }
  return std::make_shared<const InputFile>(std::move(file), name, 0, size_bytes);
}

}  // namespace ocitidy
