// encoder.cc - zlib and libzstd behind one push stream. Parallel gzip as pigz does it: blocks that know the 32 KiB
// before them and end on a byte boundary, so that they make one deflate stream.
#include "archive/encoder.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"

namespace ocitidy {
namespace {

// Both are part of the output's definition: another value makes other bytes.
constexpr std::size_t kBlockBytes = std::size_t{512} << 10;
constexpr std::size_t kWindowBytes = std::size_t{32} << 10;  // deflate looks back no further

using Bytes = std::span<const std::byte>;

/// The sink, and its first error for ever after.
class Output {
 public:
  explicit Output(Sink to) : to_(std::move(to)) {}
  Result<void> write(Bytes bytes) {
    OCITIDY_CHECK(ready());
    if (auto done = to_(bytes); !done) {
      failure_ = std::move(done).error();
      return fail(*failure_);
    }
    return {};
  }
  Result<void> ready() const {
    if (failure_) return fail(*failure_);
    if (ended_) return fail(Code::internal, "write to an encoder that is finished");
    return {};
  }
  void end() { ended_ = true; }

 private:
  Sink to_;
  std::optional<Error> failure_;
  bool ended_ = false;
};

class PlainEncoder : public Encoder {
 public:
  explicit PlainEncoder(Sink to) : out_(std::move(to)) {}
  Result<void> write(Bytes bytes) override {
    if (bytes.empty()) return out_.ready();
    return out_.write(bytes);
  }
  Result<void> finish() override {
    OCITIDY_CHECK(out_.ready());
    out_.end();
    return {};
  }

 private:
  Output out_;
};

/// A raw deflate stream that frees itself.
class Deflater {
 public:
  explicit Deflater(int level) {
    // -15: a 32 KiB window, neither zlib's nor gzip's header; 8: the default of zlib.
    if (deflateInit2(&z_, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&z_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::vector<std::byte> deflate_all(Bytes dictionary, Bytes plain, int flush) {
    if (!dictionary.empty()) deflateSetDictionary(&z_, pointer(dictionary), static_cast<uInt>(dictionary.size()));
    std::vector<std::byte> out(deflateBound(&z_, plain.size()) + 64);  // 64: for the flush, which the bound leaves out
    z_.next_in = pointer(plain);
    z_.avail_in = static_cast<uInt>(plain.size());
    std::size_t made = 0;
    for (;;) {
      z_.next_out = reinterpret_cast<Bytef*>(out.data() + made);
      z_.avail_out = static_cast<uInt>(out.size() - made);
      ::deflate(&z_, flush);
      made = out.size() - z_.avail_out;
      if (z_.avail_out != 0) break;  // there was room left: all is out
      out.resize(out.size() * 2);
    }
    out.resize(made);
    return out;
  }

 private:
  static Bytef* pointer(Bytes bytes) { return reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data())); }
  z_stream z_{};
};

/// Shared by the encoder and the job that compresses it; whoever goes last frees it.
struct Block {
  std::vector<std::byte> plain;  // the window before the block, then the block
  std::size_t window_bytes = 0;
  bool last = false;
  std::vector<std::byte> packed;
  uLong crc = 0;
  std::atomic<bool> abandoned = false;

  Bytes window() const { return Bytes(plain).first(window_bytes); }
  Bytes body() const { return Bytes(plain).subspan(window_bytes); }

  void pack(int level) {
    if (abandoned) return;
    crc = crc32_z(0, reinterpret_cast<const Bytef*>(body().data()), body().size());
    packed = Deflater(level).deflate_all(window(), body(), last ? Z_FINISH : Z_SYNC_FLUSH);
  }
};

class GzipEncoder : public Encoder {
 public:
  GzipEncoder(int level, WorkerPool& pool, Sink to)
      : level_(level), pool_(pool), out_(std::move(to)), filling_(new_block({})) {}
  ~GzipEncoder() override {
    for (const Waiting& waiting : waiting_) waiting.block->abandoned = true;
  }

  Result<void> write(Bytes bytes) override {
    OCITIDY_CHECK(out_.ready());
    while (!bytes.empty()) {
      // A full block goes only when more follows it: whether it is the last is part of its bytes.
      if (filling_->body().size() == kBlockBytes) OCITIDY_CHECK(submit());
      const Bytes piece = bytes.first(std::min(bytes.size(), kBlockBytes - filling_->body().size()));
      filling_->plain.insert(filling_->plain.end(), piece.begin(), piece.end());
      bytes = bytes.subspan(piece.size());
    }
    return {};
  }

  Result<void> finish() override {
    OCITIDY_CHECK(out_.ready());
    filling_->last = true;
    OCITIDY_CHECK(submit());
    while (!waiting_.empty()) OCITIDY_CHECK(write_first());
    std::array<std::byte, 8> trailer{};  // RFC 1952: CRC-32 and length modulo 2^32, lowest byte first
    for (unsigned i = 0; i < 4; ++i) {
      trailer[i] = static_cast<std::byte>(crc_ >> (8 * i) & 0xFF);
      trailer[4 + i] = static_cast<std::byte>(plain_bytes_ >> (8 * i) & 0xFF);
    }
    OCITIDY_CHECK(out_.write(trailer));
    out_.end();
    return {};
  }

 private:
  struct Waiting {
    std::shared_ptr<Block> block;
    Job job;
  };

  static std::shared_ptr<Block> new_block(Bytes window) {
    auto block = std::make_shared<Block>();
    block->plain.reserve(window.size() + kBlockBytes);
    block->plain.assign(window.begin(), window.end());
    block->window_bytes = window.size();
    return block;
  }

  /// Sends the block being filled off, and begins the next.
  Result<void> submit() {
    while (waiting_.size() > pool_.threads()) OCITIDY_CHECK(write_first());
    auto next = filling_->last ? nullptr : new_block(filling_->body().last(kWindowBytes));
    const auto block = std::exchange(filling_, std::move(next));
    waiting_.push_back({.block = block, .job = pool_.submit([block, level = level_] { block->pack(level); })});
    return {};
  }

  Result<void> write_first() {
    const Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    first.job.wait();
    if (!header_written_) {
      // Deflate; no flags; no time; no word on the level; 255: of no known system.
      static constexpr std::array<unsigned char, 10> kHeader{0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255};
      OCITIDY_CHECK(out_.write(std::as_bytes(std::span(kHeader))));
      header_written_ = true;
    }
    const std::size_t body_bytes = first.block->body().size();
    crc_ = crc32_combine(crc_, first.block->crc, static_cast<z_off_t>(body_bytes));
    plain_bytes_ += body_bytes;
    return out_.write(first.block->packed);
  }

  const int level_;
  WorkerPool& pool_;
  Output out_;
  std::shared_ptr<Block> filling_;  // none behind the last
  std::deque<Waiting> waiting_;     // in the order of their bytes
  bool header_written_ = false;
  uLong crc_ = 0;
  std::uint64_t plain_bytes_ = 0;
};

/// libzstd gets pieces of one size, because it does not promise that its output is independent of them.
class ZstdEncoder : public Encoder {
 public:
  ZstdEncoder(int level, Sink to) : out_(std::move(to)), packed_(ZSTD_CStreamOutSize()) {
    if (!context_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
    plain_.reserve(kBlockBytes);
  }

  Result<void> write(Bytes bytes) override {
    OCITIDY_CHECK(out_.ready());
    while (!bytes.empty()) {
      if (plain_.size() == kBlockBytes) OCITIDY_CHECK(pack(ZSTD_e_continue));
      const Bytes piece = bytes.first(std::min(bytes.size(), kBlockBytes - plain_.size()));
      plain_.insert(plain_.end(), piece.begin(), piece.end());
      bytes = bytes.subspan(piece.size());
    }
    return {};
  }

  Result<void> finish() override {
    OCITIDY_CHECK(out_.ready());
    OCITIDY_CHECK(pack(ZSTD_e_end));
    out_.end();
    return {};
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  Result<void> pack(ZSTD_EndDirective directive) {
    ZSTD_inBuffer from{plain_.data(), plain_.size(), 0};
    for (;;) {
      ZSTD_outBuffer to{packed_.data(), packed_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context_.get(), &to, &from, directive);
      if (ZSTD_isError(left)) throw std::bad_alloc();  // with valid parameters, only memory can be missing
      if (to.pos > 0) OCITIDY_CHECK(out_.write(Bytes(packed_).first(to.pos)));
      if (directive == ZSTD_e_end ? left == 0 : from.pos == from.size) break;
    }
    plain_.clear();
    return {};
  }

  Output out_;
  std::unique_ptr<ZSTD_CCtx, Free> context_{ZSTD_createCCtx()};
  std::vector<std::byte> plain_, packed_;
};

/// 0 means the codec's default; a level out of range, the nearest one.
int level_within(int level, int otherwise, int most) { return level == 0 ? otherwise : std::clamp(level, 1, most); }

}  // namespace

std::unique_ptr<Encoder> make_encoder(const Compression& compression, WorkerPool& pool, Sink to) {
  switch (compression.codec) {
    case Codec::gzip:
      return std::make_unique<GzipEncoder>(level_within(compression.level, 6, 9), pool, std::move(to));
    case Codec::zstd:
      return std::make_unique<ZstdEncoder>(level_within(compression.level, 3, 19), std::move(to));
    case Codec::none:
      break;
  }
  return std::make_unique<PlainEncoder>(std::move(to));
}

std::string codec_library_version(Codec codec) {
  switch (codec) {
    case Codec::gzip:
      return cat("zlib ", zlibVersion());
    case Codec::zstd:
      return cat("libzstd ", ZSTD_versionString());
    case Codec::none:
      break;
  }
  return "";
}

}  // namespace ocitidy
