// encoder.h - compresses a layer: gzip, zstd, or none. The bytes depend on input, codec, level and the library's
// version; never on threads or on how write() was fed. (--fast with isa-l: on the processor, too; it has other code for
// each.)
#pragma once

#include <memory>
#include <span>
#include <string>

#include "archive/stream.h"
#include "base/worker_pool.h"
#include "ocitidy/image_model.h"
#include "ocitidy/image_writer.h"

namespace ocitidy {

struct Compression {
  Codec codec = Codec::gzip;
  int level = 0;  ///< gzip 1 ... 12, zstd 1 ... 19, the nearest of them for others; 0: that of the effort
  Effort effort = Effort::normal;
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

/// What encoders share: threads, and buffers and compressors to be used again.
///
/// Memory. A block is 1 MiB of plain bytes, and as much for what becomes of it. Each encoder fills one block and has
/// one under way, up to threads + 1 as long as all encoders together have no more than 2 * (threads + 1): at 2 threads
/// and 2 encoders 8 blocks or 16 MiB, at 100 encoders 206 at the very most. Compressors for gzip: one for each job that
/// runs, at most one for each thread of the pool and one for each that feeds an encoder, of 0.7 MiB (levels 10 to
/// 12: 8.7 MiB; --fast: 0.4 MiB). zstd: one for each encoder, 1.3 MiB at level 1, 3.5 at 3, 58 at 18 and 90 at 19.
class EncoderPool {
 public:
  explicit EncoderPool(unsigned threads);
  ~EncoderPool();
  EncoderPool(const EncoderPool&) = delete;
  EncoderPool& operator=(const EncoderPool&) = delete;

  WorkerPool& workers() { return workers_; }

 private:
  friend std::unique_ptr<Encoder> make_encoder(const Compression& compression, EncoderPool& pool, Sink to);
  std::shared_ptr<class BlockStock> stock_;  // jobs and encoders hold it, too
  WorkerPool workers_;                       // last: its jobs end before the rest goes
};

/// gzip: a member (RFC 1952) without name or time for each MiB, compressed side by side.
/// zstd: one frame with a checksum; one block is compressed while the next is filled.
/// `pool` must live while write() or finish() is called.
std::unique_ptr<Encoder> make_encoder(const Compression& compression, EncoderPool& pool, Sink to);

/// "libdeflate 1.14", "isa-l 2.30.0", "libzstd 1.5.4", or "" for none: what a reproducer of the bytes must have, too.
/// The first two have no call that tells: it is the version that this library was compiled with.
std::string codec_library_version(const Compression& compression);

}  // namespace ocitidy
