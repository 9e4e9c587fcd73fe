// gunzip.h - one gzip member at a time, bytes in and bytes out: by isa-l where that is to be had and right, by zlib
// everywhere else. Both take the same streams and refuse the others with the same words
// (docs/decisions/0018-isa-l-for-inflate.md).
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "ocitidy/result.h"

namespace ocitidy {

/// One compression format: bytes in, bytes out, no I/O.
class Inflater {
 public:
  /// What one call did.
  struct Step {
    std::size_t consumed = 0, produced = 0;
    bool member_ended = false;  ///< a gzip member, zstd frame or xz stream is complete
  };

  virtual ~Inflater() = default;
  /// Takes from the front of `in`, and fills the front of `out`. Errors: corrupt; unsupported; limit_exceeded.
  virtual Result<Step> step(std::span<const std::byte> in, std::span<std::byte> out) = 0;
  /// Makes ready for the next member. False when `head` does not begin one.
  virtual bool restart(std::span<const std::byte> head) = 0;
};

/// The faster of the two.
std::unique_ptr<Inflater> make_gunzip();
/// By zlib: the fallback, and in tests what the other is held against.
std::unique_ptr<Inflater> make_zlib_gunzip();

}  // namespace ocitidy
