// encoder.h - compresses a layer: gzip on all threads, zstd, or none. The bytes depend on input, codec, level and the
// codec library's version; never on threads or on how write() was fed.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "archive/stream.h"
#include "base/worker_pool.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

struct Compression {
  Codec codec = Codec::gzip;
  int level = 0;  ///< gzip 1 ... 9, zstd 1 ... 19, the nearest of them for others; 0: gzip 6, zstd 3
};

/// One stream on its way into a sink. May be destroyed at any time: what was not finished is then dropped, and the sink
/// not called again. That is all that may follow a bad_alloc. Not thread-safe; different encoders may share one pool.
class Encoder {
 public:
  virtual ~Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// Calls the sink with what is ready, in this thread. May wait for the pool.
  /// Errors: those of the sink, the first one again from then on; internal after finish().
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
  /// Writes the rest and the trailer. Errors: as write().
  virtual Result<void> finish() = 0;

 protected:
  Encoder() = default;
};

/// gzip: one member (RFC 1952) without name or time; blocks of 512 KiB, compressed side by side on `pool`, which must
/// live while write() or finish() is called. Memory: about 1.2 MiB for each of `pool.threads()` + 2 blocks.
/// zstd: one frame with a checksum, in the calling thread. Memory: libzstd's, up to 90 MiB at level 19.
std::unique_ptr<Encoder> make_encoder(const Compression& compression, WorkerPool& pool, Sink to);

/// "zlib 1.2.13", "libzstd 1.5.4", or "" for none: what a reproducer of the bytes must have, too.
std::string codec_library_version(Codec codec);

}  // namespace ocitidy
