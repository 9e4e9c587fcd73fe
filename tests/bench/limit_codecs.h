// limit_codecs.h - what `limit` inflates and deflates with: thin shells around four libraries, none of them the
// project's.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace limit {

using Bytes = std::span<const unsigned char>;

/// Prints "limit: WHAT" and ends the process: whoever measures wants no half results.
[[noreturn]] void die(std::string_view what);

/// Takes what an inflater gives.
class Target {
 public:
  virtual ~Target() = default;
  /// Where the next bytes go: `least_bytes` or more, and at least one.
  virtual std::span<unsigned char> room(std::size_t least_bytes = 0) = 0;
  /// The first `count` bytes of the last room() are there.
  virtual void filled(std::size_t count) = 0;
};

class Inflater {
 public:
  virtual ~Inflater() = default;
  /// Inflates all of `in` that can be, across members and frames.
  virtual void feed(Bytes in, Target& to) = 0;
  /// Dies unless the stream ended where a member or frame does.
  virtual void finish() = 0;
  /// Wants the whole stream in one feed().
  virtual bool is_whole() const { return false; }
};

/// For the codec that `head`, the first bytes of a layer, says; `gzip_by`, zlib, isal or libdeflate, is for gzip.
std::unique_ptr<Inflater> make_inflater(Bytes head, std::string_view gzip_by);

/// One gzip member per block.
class Deflater {
 public:
  virtual ~Deflater() = default;
  /// The view lives until the next call.
  virtual Bytes deflate(Bytes block) = 0;
};

/// `by`: zlib, isal or libdeflate; dies for a level that the library does not have.
std::unique_ptr<Deflater> make_deflater(std::string_view by, int level, std::size_t block_bytes);

}  // namespace limit
