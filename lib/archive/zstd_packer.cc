// zstd_packer.cc - libzstd behind Packer.
#include <zstd.h>

#include <memory>
#include <new>

#include "archive/packer.h"
#include "base/text.h"

namespace ocitidy {
namespace {

using Bytes = std::span<const std::byte>;

/// One frame over all blocks. libzstd does not promise that its output is independent of the pieces it gets; here they
/// are blocks, which are of one size.
class ZstdPacker : public Packer {
 public:
  explicit ZstdPacker(int level) {
    if (!context_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  Bytes pack(Bytes plain, BlockPlace place, std::vector<std::byte>& room) override {
    const ZSTD_EndDirective directive = place == BlockPlace::last ? ZSTD_e_end : ZSTD_e_continue;
    if (room.empty()) room.resize(ZSTD_CStreamOutSize());
    ZSTD_inBuffer from{plain.data(), plain.size(), 0};
    std::size_t made = 0;
    for (;;) {
      ZSTD_outBuffer to{room.data(), room.size(), made};
      const std::size_t left = ZSTD_compressStream2(context_.get(), &to, &from, directive);
      if (ZSTD_isError(left)) throw std::bad_alloc();  // with valid parameters, only memory can be missing
      made = to.pos;
      if (directive == ZSTD_e_end ? left == 0 : from.pos == from.size) break;
      if (made == room.size()) room.resize(room.size() * 2);
    }
    return Bytes(room).first(made);
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_{ZSTD_createCCtx()};
};

}  // namespace

std::unique_ptr<Packer> make_zstd_packer(int level) { return std::make_unique<ZstdPacker>(level); }
std::string zstd_packer_version() { return cat("libzstd ", ZSTD_versionString()); }

}  // namespace ocitidy
