// layer_writer.cc - see layer_writer.h.
#include "support/layer_writer.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "base/hasher.h"

namespace ocitidy::test {
namespace {

class Compressor {
 public:
  virtual ~Compressor() = default;
  virtual void add(std::string_view bytes) = 0;
  virtual std::string finish() = 0;
};

class NoCompressor : public Compressor {
 public:
  void add(std::string_view bytes) override { out_.append(bytes); }
  std::string finish() override { return std::move(out_); }

 private:
  std::string out_;
};

class GzipCompressor : public Compressor {
 public:
  GzipCompressor() {
    constexpr int kGzipWindowBits = 15 + 16;  // largest window; 16 asks for a gzip header
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("deflateInit2 failed");
  }
  ~GzipCompressor() override { deflateEnd(&stream_); }
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  void add(std::string_view bytes) override { run(bytes, Z_NO_FLUSH); }
  std::string finish() override {
    run({}, Z_FINISH);
    return std::move(out_);
  }

 private:
  void run(std::string_view bytes, int flush) {
    // zlib wants a mutable pointer for historical reasons; it does not write through it.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = uInt(bytes.size());
    std::array<char, 65536> buffer;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = uInt(buffer.size());
      if (deflate(&stream_, flush) == Z_STREAM_ERROR) throw std::runtime_error("deflate failed");
      out_.append(buffer.data(), buffer.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::string out_;
};

class ZstdCompressor : public Compressor {
 public:
  ZstdCompressor() : context_(ZSTD_createCCtx(), &ZSTD_freeCCtx) {
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }
  void add(std::string_view bytes) override { run(bytes, ZSTD_e_continue); }
  std::string finish() override {
    run({}, ZSTD_e_end);
    return std::move(out_);
  }

 private:
  void run(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::array<char, 65536> buffer;
    std::size_t left = 0;
    do {
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      left = ZSTD_compressStream2(context_.get(), &out, &in, directive);
      if (ZSTD_isError(left)) throw std::runtime_error(ZSTD_getErrorName(left));
      out_.append(buffer.data(), out.pos);
    } while (in.pos < in.size || (directive == ZSTD_e_end && left > 0));
  }

  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  std::string out_;
};

std::unique_ptr<Compressor> make_compressor(Codec codec) {
  switch (codec) {
    case Codec::none:
      return std::make_unique<NoCompressor>();
    case Codec::gzip:
      return std::make_unique<GzipCompressor>();
    case Codec::zstd:
      return std::make_unique<ZstdCompressor>();
  }
  throw std::logic_error("unknown codec");
}

}  // namespace

LayerBlob write_layer(std::span<const Member> members, Codec codec) {
  LayerBlob layer;
  Hasher hasher;
  const auto compressor = make_compressor(codec);
  TarWriter tar([&](std::string_view bytes) {
    hasher.update(std::as_bytes(std::span(bytes)));
    layer.tar_bytes += bytes.size();
    compressor->add(bytes);
  });
  for (const Member& member : members) tar.add(member);
  tar.finish();
  layer.diff_id = DiffId{hasher.finish()};
  layer.bytes = compressor->finish();
  return layer;
}

std::string compress(std::string_view bytes, Codec codec) {
  const auto compressor = make_compressor(codec);
  compressor->add(bytes);
  return compressor->finish();
}

}  // namespace ocitidy::test
