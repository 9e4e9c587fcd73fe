// packer.h - the libraries that compress, each behind one call for one block.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ocitidy {

/// Is there more of the stream behind this block?
enum class BlockPlace : unsigned char { inside, last };

/// Compresses blocks of one stream in their order. One that is_stateless() has no memory of blocks before, and each of
/// its blocks can be read alone: several of them may share the blocks of a stream. Not thread-safe.
class Packer {
 public:
  virtual ~Packer() = default;
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  /// Returns what became of `plain`: the beginning of `room`, which is made larger where it does not do. Throws
  /// bad_alloc only.
  virtual std::span<const std::byte> pack(std::span<const std::byte> plain, BlockPlace place,
                                          std::vector<std::byte>& room) = 0;

 protected:
  Packer() = default;
};

/// gzip by libdeflate, a member for each block; level 1 ... 12. Stateless.
std::unique_ptr<Packer> make_deflate_packer(int level);
std::string deflate_packer_version();

/// gzip by isa-l, the same, larger and several times as fast. nullptr where the library was built without it.
std::unique_ptr<Packer> make_isal_packer();
std::string isal_packer_version();

/// zstd, one frame with a checksum; level 1 ... 19.
std::unique_ptr<Packer> make_zstd_packer(int level);
std::string zstd_packer_version();

}  // namespace ocitidy
