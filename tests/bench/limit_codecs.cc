// limit_codecs.cc - zlib, isa-l, libdeflate and libzstd, as their manuals say to call them.
#include "limit_codecs.h"

#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>
#if BENCH_HAS_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace limit {
namespace {

class Plain : public Inflater {
 public:
  void feed(Bytes in, Target& to) override {
    while (!in.empty()) {
      const auto room = to.room();
      const std::size_t count = std::min(room.size(), in.size());
      std::memcpy(room.data(), in.data(), count);
      to.filled(count);
      in = in.subspan(count);
    }
  }
  void finish() override {}
};

class ZlibInflater : public Inflater {
 public:
  ZlibInflater() {
    if (inflateInit2(&state_, 15 + 16) != Z_OK) die("zlib: no memory");
  }
  ~ZlibInflater() override { inflateEnd(&state_); }
  ZlibInflater(const ZlibInflater&) = delete;
  ZlibInflater& operator=(const ZlibInflater&) = delete;

  void feed(Bytes in, Target& to) override {
    state_.next_in = const_cast<unsigned char*>(in.data());
    state_.avail_in = static_cast<unsigned>(in.size());
    bool is_full = false;
    while (state_.avail_in > 0 || is_full) {
      if (is_ended_) inflateReset(&state_);
      const auto room = to.room();
      state_.next_out = room.data();
      state_.avail_out = static_cast<unsigned>(room.size());
      const int code = inflate(&state_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) die("zlib: a broken gzip stream");
      is_ended_ = code == Z_STREAM_END;
      is_full = state_.avail_out == 0 && !is_ended_;
      to.filled(room.size() - state_.avail_out);
    }
  }
  void finish() override {
    if (!is_ended_) die("zlib: a cut gzip stream");
  }

 private:
  z_stream state_{};
  bool is_ended_ = false;
};

class ZstdInflater : public Inflater {
 public:
  void feed(Bytes in, Target& to) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    bool is_full = false;
    while (input.pos < input.size || is_full) {
      const auto room = to.room();
      ZSTD_outBuffer output{room.data(), room.size(), 0};
      left_ = ZSTD_decompressStream(state_.get(), &output, &input);
      if (ZSTD_isError(left_)) die(ZSTD_getErrorName(left_));
      is_full = left_ != 0 && output.pos == output.size;
      to.filled(output.pos);
    }
  }
  void finish() override {
    if (left_ != 0) die("libzstd: a cut stream");
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* made) const { ZSTD_freeDStream(made); }
  };
  std::unique_ptr<ZSTD_DStream, Free> state_{ZSTD_createDStream()};
  std::size_t left_ = 1;
};

class ZlibDeflater : public Deflater {
 public:
  ZlibDeflater(int level, std::size_t block_bytes) {
    if (deflateInit2(&state_, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) die("zlib: no such level");
    out_.resize(deflateBound(&state_, block_bytes));
  }
  ~ZlibDeflater() override { deflateEnd(&state_); }
  ZlibDeflater(const ZlibDeflater&) = delete;
  ZlibDeflater& operator=(const ZlibDeflater&) = delete;

  Bytes deflate(Bytes block) override {
    deflateReset(&state_);
    state_.next_in = const_cast<unsigned char*>(block.data());
    state_.avail_in = static_cast<unsigned>(block.size());
    state_.next_out = out_.data();
    state_.avail_out = static_cast<unsigned>(out_.size());
    if (::deflate(&state_, Z_FINISH) != Z_STREAM_END) die("zlib: a block does not fit");
    return Bytes(out_).first(out_.size() - state_.avail_out);
  }

 private:
  z_stream state_{};
  std::vector<unsigned char> out_;
};

#if BENCH_HAS_ISAL
class IsalInflater : public Inflater {
 public:
  IsalInflater() { isal_inflate_init(&state_), state_.crc_flag = ISAL_GZIP; }

  void feed(Bytes in, Target& to) override {
    state_.next_in = const_cast<unsigned char*>(in.data());
    state_.avail_in = static_cast<std::uint32_t>(in.size());
    bool is_full = false;
    while (state_.avail_in > 0 || is_full) {
      if (is_ended()) isal_inflate_reset(&state_), state_.crc_flag = ISAL_GZIP;
      const auto room = to.room();
      state_.next_out = room.data();
      state_.avail_out = static_cast<std::uint32_t>(room.size());
      if (isal_inflate(&state_) != ISAL_DECOMP_OK) die("isa-l: a broken gzip stream");
      is_full = state_.avail_out == 0 && !is_ended();
      to.filled(room.size() - state_.avail_out);
    }
  }
  void finish() override {
    if (!is_ended()) die("isa-l: a cut gzip stream");
  }

 private:
  bool is_ended() const { return state_.block_state == ISAL_BLOCK_FINISH; }
  inflate_state state_{};
};

class IsalDeflater : public Deflater {
 public:
  IsalDeflater(int level, std::size_t block_bytes) : out_(block_bytes + block_bytes / 8 + 1024) {
    static constexpr std::size_t kBufferBytes[] = {ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT,
                                                   ISAL_DEF_LVL3_DEFAULT};
    if (level < 0 || level > 3) die("isa-l: levels are 0 to 3");
    level_ = static_cast<std::uint32_t>(level);
    buffer_.resize(kBufferBytes[level]);
  }

  Bytes deflate(Bytes block) override {
    isal_deflate_stateless_init(&state_);
    state_.level = level_;
    state_.level_buf = buffer_.data();
    state_.level_buf_size = static_cast<std::uint32_t>(buffer_.size());
    state_.gzip_flag = IGZIP_GZIP;
    state_.end_of_stream = 1;
    state_.next_in = const_cast<unsigned char*>(block.data());
    state_.avail_in = static_cast<std::uint32_t>(block.size());
    state_.next_out = out_.data();
    state_.avail_out = static_cast<std::uint32_t>(out_.size());
    if (isal_deflate_stateless(&state_) != COMP_OK || state_.avail_in > 0) die("isa-l: a block does not fit");
    return Bytes(out_).first(out_.size() - state_.avail_out);
  }

 private:
  std::vector<unsigned char> out_, buffer_;
  std::uint32_t level_ = 0;
  isal_zstream state_{};
};
#endif

class LibdeflateInflater : public Inflater {
 public:
  bool is_whole() const override { return true; }

  void feed(Bytes in, Target& to) override {
    std::size_t guess_bytes = size_at_end(in);
    while (!in.empty()) {
      std::size_t in_bytes = 0, out_bytes = 0;
      const auto room = to.room(guess_bytes);
      const auto code = libdeflate_gzip_decompress_ex(state_.get(), in.data(), in.size(), room.data(), room.size(),
                                                      &in_bytes, &out_bytes);
      if (code == LIBDEFLATE_INSUFFICIENT_SPACE) {
        guess_bytes = 2 * room.size();
        continue;
      }
      if (code != LIBDEFLATE_SUCCESS) die("libdeflate: a broken gzip stream");
      to.filled(out_bytes);
      in = in.subspan(in_bytes);
    }
  }
  void finish() override {}

 private:
  /// RFC 1952: a member ends with its size. Right when there is one member, of less than 4 GiB.
  static std::size_t size_at_end(Bytes in) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4 && i < in.size(); ++i) size = size << 8 | in[in.size() - 1 - i];
    return size;
  }

  struct Free {
    void operator()(libdeflate_decompressor* made) const { libdeflate_free_decompressor(made); }
  };
  std::unique_ptr<libdeflate_decompressor, Free> state_{libdeflate_alloc_decompressor()};
};

class LibdeflateDeflater : public Deflater {
 public:
  LibdeflateDeflater(int level, std::size_t block_bytes) : state_(libdeflate_alloc_compressor(level)) {
    if (!state_) die("libdeflate: levels are 0 to 12");
    out_.resize(libdeflate_gzip_compress_bound(state_.get(), block_bytes));
  }

  Bytes deflate(Bytes block) override {
    const std::size_t size =
        libdeflate_gzip_compress(state_.get(), block.data(), block.size(), out_.data(), out_.size());
    if (size == 0) die("libdeflate: a block does not fit");
    return Bytes(out_).first(size);
  }

 private:
  struct Free {
    void operator()(libdeflate_compressor* made) const { libdeflate_free_compressor(made); }
  };
  std::unique_ptr<libdeflate_compressor, Free> state_;
  std::vector<unsigned char> out_;
};

}  // namespace

void die(std::string_view what) {
  std::fprintf(stderr, "limit: %.*s\n", static_cast<int>(what.size()), what.data());
  std::_Exit(1);
}

std::unique_ptr<Inflater> make_inflater(Bytes head, std::string_view gzip_by) {
  static constexpr unsigned char kGzip[] = {0x1f, 0x8b}, kZstd[] = {0x28, 0xb5, 0x2f, 0xfd};
  if (head.size() >= 4 && std::equal(kZstd, kZstd + 4, head.data())) return std::make_unique<ZstdInflater>();
  if (head.size() < 2 || !std::equal(kGzip, kGzip + 2, head.data())) return std::make_unique<Plain>();
  if (gzip_by == "zlib") return std::make_unique<ZlibInflater>();
#if BENCH_HAS_ISAL
  if (gzip_by == "isal") return std::make_unique<IsalInflater>();
#endif
  if (gzip_by == "libdeflate") return std::make_unique<LibdeflateInflater>();
  die("a gzip layer, which --inflate is not for, or not built in");
}

std::unique_ptr<Deflater> make_deflater(std::string_view by, int level, std::size_t block_bytes) {
  if (by == "zlib") return std::make_unique<ZlibDeflater>(level, block_bytes);
#if BENCH_HAS_ISAL
  if (by == "isal") return std::make_unique<IsalDeflater>(level, block_bytes);
#endif
  if (by == "libdeflate") return std::make_unique<LibdeflateDeflater>(level, block_bytes);
  die("no such library for --deflate, or not built in");
}

}  // namespace limit
