// spool.h - a nameless copy on disk of an archive that cannot be read in place: a pipe, or a compressed file.
#pragma once

#include <memory>
#include <string>

#include "oci/file.h"
#include "ocitidy/image.h"

namespace ocitidy {

/// Decompresses `from` (gzip, zstd, xz or plain) once, to the end, into a file that has no name: it is gone when its
/// last reader is, however this process ends. Only its owner may read it (mode 0600). `name`: of the input, for
/// messages. Stops at the first block when that is no tar. Errors: limit_exceeded over options.limits.spool_bytes;
/// corrupt or unsupported for what is no tar; io; those of `from`. Cost: one pass; disk space for the plain archive.
Result<std::shared_ptr<const InputFile>> spool(ByteStream& from, const std::string& name, const OpenOptions& options);

}  // namespace ocitidy
