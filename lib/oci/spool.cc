// spool.cc - the only place of the reading side that writes: to a file without a name.
#include "oci/spool.h"

#include "archive/codec.h"
#include "base/text.h"
#include "oci/archive_file.h"
#include "oci/nameless_file.h"

namespace ocitidy {

Result<std::shared_ptr<const InputFile>> spool(ByteStream& from, const std::string& name, const OpenOptions& options) {
  Decoder decoder(from);
  std::vector<std::byte> head;  // looked at before anything is written: noise must not fill the disk
  while (head.size() < kTarBlockBytes) {
    OCITIDY_TRY(const auto chunk, decoder.next());
    if (chunk.empty()) break;
    head.insert(head.end(), chunk.begin(), chunk.end());
  }
  OCITIDY_CHECK(check_tar_head(head));

  OCITIDY_TRY(NamelessFile file, NamelessFile::open(options.spool_directory));
  const auto append = [&](std::span<const std::byte> bytes) -> Result<void> {
    if (file.size_bytes() + bytes.size() <= options.limits.spool_bytes) return file.append(bytes);
    return fail(Code::limit_exceeded, cat("the plain archive has more than ", options.limits.spool_bytes,
                                          " bytes, the limit for a temporary copy (--max-spool)"));
  };
  OCITIDY_CHECK(append(head));
  for (;;) {
    OCITIDY_TRY(const auto chunk, decoder.next());
    if (chunk.empty()) break;
    OCITIDY_CHECK(append(chunk));
  }
  return std::move(file).finish(name);
}

}  // namespace ocitidy
