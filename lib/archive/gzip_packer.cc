// gzip_packer.cc - libdeflate and isa-l behind Packer. Both make whole members: neither time nor name in the header.
#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <new>

#include "archive/packer.h"
#include "base/text.h"

#ifdef OCITIDY_HAVE_ISAL
#include <isa-l.h>
#endif

namespace ocitidy {
namespace {

using Bytes = std::span<const std::byte>;

class DeflatePacker : public Packer {
 public:
  explicit DeflatePacker(int level) : compressor_(libdeflate_alloc_compressor(level)) {
    if (!compressor_) throw std::bad_alloc();
  }

  Bytes pack(Bytes plain, BlockPlace, std::vector<std::byte>& room) override {
    const std::size_t most_bytes = libdeflate_gzip_compress_bound(compressor_.get(), plain.size());
    if (room.size() < most_bytes) room.resize(most_bytes);
    const std::size_t made =
        libdeflate_gzip_compress(compressor_.get(), plain.data(), plain.size(), room.data(), room.size());
    return Bytes(room).first(made);
  }

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
  };
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

#ifdef OCITIDY_HAVE_ISAL

class IsalPacker : public Packer {
 public:
  Bytes pack(Bytes plain, BlockPlace, std::vector<std::byte>& room) override {
    // What cannot be made smaller is stored in pieces of up to 65,535 bytes, 5 bytes before each; the rest is for
    // header and trailer of the member.
    const std::size_t most_bytes = plain.size() + 5 * (plain.size() / 65'535 + 1) + 64;
    if (room.size() < most_bytes) room.resize(most_bytes);
    while (!fits(plain, room)) room.resize(room.size() * 2);
    return Bytes(room).first(stream_.total_out);
  }

 private:
  bool fits(Bytes plain, std::vector<std::byte>& room) {
    isal_deflate_stateless_init(&stream_);
    stream_.level = kLevel;
    stream_.level_buf = level_buffer_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
    stream_.gzip_flag = IGZIP_GZIP;
    stream_.end_of_stream = 1;
    stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(plain.data()));
    stream_.avail_in = static_cast<std::uint32_t>(plain.size());
    stream_.next_out = reinterpret_cast<std::uint8_t*>(room.data());
    stream_.avail_out = static_cast<std::uint32_t>(room.size());
    return isal_deflate_stateless(&stream_) == COMP_OK;
  }

  static constexpr std::uint32_t kLevel = 1;
  isal_zstream stream_{};
  std::vector<std::uint8_t> level_buffer_ = std::vector<std::uint8_t>(ISAL_DEF_LVL1_DEFAULT);
};

#endif

}  // namespace

std::unique_ptr<Packer> make_deflate_packer(int level) { return std::make_unique<DeflatePacker>(level); }
std::string deflate_packer_version() { return "libdeflate " LIBDEFLATE_VERSION_STRING; }

#ifdef OCITIDY_HAVE_ISAL
std::unique_ptr<Packer> make_isal_packer() { return std::make_unique<IsalPacker>(); }
std::string isal_packer_version() {
  return cat("isa-l ", ISAL_MAJOR_VERSION, ".", ISAL_MINOR_VERSION, ".", ISAL_PATCH_VERSION);
}
#else
std::unique_ptr<Packer> make_isal_packer() { return nullptr; }
std::string isal_packer_version() { return ""; }
#endif

}  // namespace ocitidy
