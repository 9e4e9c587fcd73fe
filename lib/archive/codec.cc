// codec.cc - gzip, zstd and xz behind one pull stream.
#include "archive/codec.h"

#include <lzma.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "archive/gunzip.h"
#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kOutBytes = std::size_t{256} << 10;

using Bytes = std::span<const std::byte>;
using Step = Inflater::Step;

class Zstd : public Inflater {
 public:
  Zstd() {
    if (!context_) throw std::bad_alloc();
  }
  Result<Step> step(Bytes in, std::span<std::byte> out) override {
    ZSTD_inBuffer source{in.data(), in.size(), 0};
    ZSTD_outBuffer target{out.data(), out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(context_.get(), &target, &source);
    if (ZSTD_isError(code)) {
      const bool window = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;
      return fail(window ? Code::unsupported : Code::corrupt, cat("broken zstd stream: ", ZSTD_getErrorName(code)));
    }
    return Step{.consumed = source.pos, .produced = target.pos, .member_ended = code == 0};
  }
  bool restart(Bytes head) override { return sniff_magic(head) == Magic::zstd; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};  // refuses windows over 2^27 bytes by default
};

class Xz : public Inflater {
 public:
  Xz() { start(); }
  ~Xz() override { lzma_end(&z_); }
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;

  Result<Step> step(Bytes in, std::span<std::byte> out) override {
    z_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    z_.avail_in = in.size();
    z_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    z_.avail_out = out.size();
    const lzma_ret code = lzma_code(&z_, LZMA_RUN);
    if (code == LZMA_MEM_ERROR) throw std::bad_alloc();
    if (code == LZMA_MEMLIMIT_ERROR) return fail(Code::limit_exceeded, "xz stream needs more than 256 MiB to decode");
    if (code != LZMA_OK && code != LZMA_STREAM_END && code != LZMA_BUF_ERROR) {
      return fail(Code::corrupt, cat("broken xz stream: liblzma error ", static_cast<int>(code)));
    }
    return Step{.consumed = in.size() - z_.avail_in,
                .produced = out.size() - z_.avail_out,
                .member_ended = code == LZMA_STREAM_END};
  }
  bool restart(Bytes head) override {
    if (sniff_magic(head) != Magic::xz) return false;
    start();
    return true;
  }

 private:
  void start() {
    constexpr std::uint64_t kMemoryBytes = std::uint64_t{256} << 20;  // xz -9 needs 65 MiB
    if (lzma_stream_decoder(&z_, kMemoryBytes, 0) != LZMA_OK) throw std::bad_alloc();
  }
  lzma_stream z_ = LZMA_STREAM_INIT;
};

}  // namespace

Magic sniff_magic(Bytes head) {
  const auto begins = [&](std::initializer_list<unsigned char> magic) {
    return head.size() >= magic.size() && std::memcmp(head.data(), std::data(magic), magic.size()) == 0;
  };
  if (begins({0x1F, 0x8B})) return Magic::gzip;              // RFC 1952
  if (begins({0x28, 0xB5, 0x2F, 0xFD})) return Magic::zstd;  // RFC 8878 3.1.1
  // RFC 8878 3.1.2: skippable frames, 0x184D2A50 ... 0x184D2A5F
  if (head.size() >= 4 && (head[0] & std::byte{0xF0}) == std::byte{0x50} && head[1] == std::byte{0x2A} &&
      head[2] == std::byte{0x4D} && head[3] == std::byte{0x18}) {
    return Magic::zstd;
  }
  if (begins({0xFD, '7', 'z', 'X', 'Z', 0x00})) return Magic::xz;
  if (begins({'B', 'Z', 'h'})) return Magic::bzip2;
  return Magic::none;
}

/// States: before the first byte; passing plain bytes through; inside a member; between members; behind the last.
struct Decoder::Impl {
  enum class Where : std::uint8_t { start, plain, inside, between, behind };

  ByteStream& from;
  Magic magic = Magic::none;
  Where where = Where::start;
  std::unique_ptr<Inflater> engine;
  Bytes in;  // what is left of the last chunk
  bool in_ended = false;
  std::vector<std::byte> head;  // a magic number that lies across two chunks is put together here
  std::vector<std::byte> out;
  std::uint64_t trailing = 0;

  explicit Impl(ByteStream& stream) : from(stream) {}

  Result<void> refill() {
    if (in.empty() && !in_ended) {
      OCITIDY_TRY(in, from.next());
      in_ended = in.empty();
    }
    return {};
  }

  /// Makes `in` hold at least `count` bytes, unless the stream ends before.
  Result<void> want(std::size_t count) {
    OCITIDY_CHECK(refill());
    if (in.size() >= count || in_ended) return {};
    head = std::vector<std::byte>(in.begin(), in.end());  // `in` may lie in it
    while (head.size() < count) {
      in = {};
      OCITIDY_CHECK(refill());
      if (in_ended) break;
      head.insert(head.end(), in.begin(), in.end());
    }
    in = head;
    return {};
  }

  Result<void> begin() {
    OCITIDY_CHECK(want(6));
    magic = sniff_magic(in);
    where = Where::inside;
    switch (magic) {
      case Magic::none:
        where = Where::plain;
        return {};
      case Magic::gzip:
        engine = make_gunzip();
        break;
      case Magic::zstd:
        engine = std::make_unique<Zstd>();
        break;
      case Magic::xz:
        engine = std::make_unique<Xz>();
        break;
      case Magic::bzip2:
        return fail(Code::unsupported, "bzip2-compressed; image layers are gzip, zstd or plain tar");
    }
    return {};
  }

  Result<std::size_t> plain(std::span<std::byte> into) {
    OCITIDY_CHECK(refill());
    const std::size_t count = std::min(in.size(), into.size());
    std::copy_n(in.begin(), count, into.begin());
    in = in.subspan(count);
    return count;
  }

  Result<std::size_t> inside(std::span<std::byte> into) {
    std::size_t produced = 0;
    while (where == Where::inside && produced < into.size()) {
      OCITIDY_CHECK(refill());
      OCITIDY_TRY(const Step step, engine->step(in, into.subspan(produced)));
      in = in.subspan(step.consumed);
      produced += step.produced;
      if (step.member_ended) {
        where = Where::between;
      } else if (step.consumed == 0 && step.produced == 0) {
        if (in_ended) return fail(Code::corrupt, "compressed stream is cut off");
        if (!in.empty()) return fail(Code::corrupt, "compressed stream does not go on");
      }
    }
    return produced;
  }

  /// On to plain bytes, or to the next bytes of a member, or behind the last.
  Result<void> advance() {
    if (where == Where::start) OCITIDY_CHECK(begin());
    if (where == Where::between) OCITIDY_CHECK(between());
    return {};
  }

  Result<std::size_t> read(std::span<std::byte> into) {
    for (;;) {
      OCITIDY_CHECK(advance());
      if (where == Where::plain) return plain(into);
      if (where == Where::behind) return behind();
      OCITIDY_TRY(const std::size_t produced, inside(into));
      if (produced > 0) return produced;
    }
  }

  /// Members may follow each other at once, or behind NUL padding; anything else is no longer content.
  Result<void> between() {
    for (;;) {
      OCITIDY_CHECK(want(6));
      if (in.empty()) {
        where = Where::behind;
        return {};
      }
      if (engine->restart(in)) {
        where = Where::inside;
        return {};
      }
      if (in.front() != std::byte{0}) {
        where = Where::behind;
        return {};
      }
      while (!in.empty() && in.front() == std::byte{0}) in = in.subspan(1);
    }
  }

  Result<std::size_t> behind() {
    while (!in.empty()) {
      trailing += static_cast<std::uint64_t>(std::ranges::count_if(in, [](std::byte b) { return b != std::byte{0}; }));
      in = {};
      OCITIDY_CHECK(refill());
    }
    return std::size_t{0};
  }
};

Decoder::Decoder(ByteStream& from) : impl_(std::make_unique<Impl>(from)) {}
Decoder::~Decoder() = default;
Magic Decoder::magic() const { return impl_->magic; }
std::uint64_t Decoder::trailing_bytes() const { return impl_->trailing; }

Result<std::size_t> Decoder::read(std::span<std::byte> into) { return impl_->read(into); }

Result<Bytes> Decoder::next() {
  OCITIDY_CHECK(impl_->advance());
  if (impl_->where == Impl::Where::plain) {
    OCITIDY_CHECK(impl_->refill());
    return std::exchange(impl_->in, {});
  }
  impl_->out.resize(kOutBytes);
  OCITIDY_TRY(const std::size_t produced, impl_->read(impl_->out));
  return Bytes(impl_->out).first(produced);
}

}  // namespace ocitidy
