// gunzip.cc - see gunzip.h.
#include "archive/gunzip.h"

#include <zlib.h>

#include <array>
#include <new>

#include "archive/codec.h"
#include "base/text.h"

// isa-l before 2.32 decodes some valid streams wrongly on aarch64 (intel/isa-l#316, read 2026-11-26).
#if defined(OCITIDY_HAVE_ISAL) && defined(__x86_64__)
#define OCITIDY_INFLATE_BY_ISAL 1
#include <isa-l/igzip_lib.h>
#endif

namespace ocitidy {
namespace {

using Bytes = std::span<const std::byte>;

std::unexpected<Error> broken(std::string_view what) { return fail(Code::corrupt, cat("broken gzip stream: ", what)); }

// What both libraries can tell apart.
constexpr std::string_view kBadHeader = "its header is no gzip header";
constexpr std::string_view kBadData = "its data is damaged";
constexpr std::string_view kBadSum = "its checksum or length does not fit its data";

class Zlib : public Inflater {
 public:
  Zlib() {
    if (inflateInit2(&z_, 15 + 16) != Z_OK) throw std::bad_alloc();  // 15: 32 KiB window; 16: gzip header and trailer
  }
  ~Zlib() override { inflateEnd(&z_); }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;

  Result<Step> step(Bytes in, std::span<std::byte> out) override { return step(in, out, Z_NO_FLUSH); }
  bool restart(Bytes head) override {
    if (sniff_magic(head) != Magic::gzip) return false;
    inflateReset(&z_);
    z_.data_type = 0;  // which zlib leaves as it was
    return true;
  }

  /// Takes the header, and nothing behind it.
  Result<Step> step_through_header(Bytes in) {
    std::byte unused{};
    return step(in, std::span(&unused, 1), Z_BLOCK);
  }
  /// After step_through_header().
  bool header_ended() const { return (z_.data_type & 128) != 0; }

 private:
  Result<Step> step(Bytes in, std::span<std::byte> out, int flush) {
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    z_.avail_in = static_cast<uInt>(in.size());
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    const int code = inflate(&z_, flush);
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return broken(reason());
    return Step{.consumed = in.size() - z_.avail_in,
                .produced = out.size() - z_.avail_out,
                .member_ended = code == Z_STREAM_END};
  }
  std::string_view reason() const {
    const std::string_view message = z_.msg ? z_.msg : "";
    if (message == "incorrect data check" || message == "incorrect length check") return kBadSum;
    const bool header = message.find("header") != std::string_view::npos || message == "unknown compression method";
    return header ? kBadHeader : kBadData;
  }
  z_stream z_{};
};

#ifdef OCITIDY_INFLATE_BY_ISAL

/// Headers are left to zlib: isa-l reads one wrongly that comes in two pieces (intel/isa-l#224), and takes some that
/// nobody else does.
class Isal : public Inflater {
 public:
  Isal() { isal_inflate_init(&state_); }

  Result<Step> step(Bytes in, std::span<std::byte> out) override {
    Step taken;
    if (!header_.header_ended()) {
      OCITIDY_TRY(taken, header_.step_through_header(in));
      if (!header_.header_ended()) return taken;
      state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    }
    OCITIDY_TRY(Step step, read_data(in.subspan(taken.consumed), out));
    step.consumed += taken.consumed;
    return step;
  }
  bool restart(Bytes head) override {
    if (!header_.restart(head)) return false;
    isal_inflate_init(&state_);
    return true;
  }

 private:
  Result<Step> read_data(Bytes in, std::span<std::byte> out) {
    state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(in.data()));
    state_.avail_in = static_cast<std::uint32_t>(in.size());
    state_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_.avail_out = static_cast<std::uint32_t>(out.size());
    const int code = isal_inflate(&state_);
    if (code == ISAL_INCORRECT_CHECKSUM) return broken(kBadSum);
    if (code < 0) return broken(kBadData);
    return Step{.consumed = in.size() - state_.avail_in,
                .produced = out.size() - state_.avail_out,
                .member_ended = state_.block_state == ISAL_BLOCK_FINISH};
  }

  Zlib header_;
  inflate_state state_{};
};

#endif

}  // namespace

std::unique_ptr<Inflater> make_zlib_gunzip() { return std::make_unique<Zlib>(); }

std::unique_ptr<Inflater> make_gunzip() {
#ifdef OCITIDY_INFLATE_BY_ISAL
  return std::make_unique<Isal>();
#else
  return make_zlib_gunzip();
#endif
}

}  // namespace ocitidy
