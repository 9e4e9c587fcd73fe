// elf_facts.h - what an ELF file asks of kernel, processor and loader. Bytes in, values out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy {

/// At most this many program headers, dynamic entries and symbol versions are looked at; real files have a dozen, some
/// fifty, and a few hundred.
inline constexpr std::size_t kMostElfEntries = 4096;
/// All names of one file together. A name is at most 4095 bytes, a search path 64 KiB.
inline constexpr std::size_t kMostElfNameBytes = std::size_t{256} << 10;

/// A stretch of a file that is at hand.
struct FilePart {
  std::uint64_t offset = 0;
  std::span<const std::byte> bytes;
};

/// Reads a file by its program headers: sections are for debuggers, and may be stripped. Both classes, both byte
/// orders. `parts` may overlap; what lies in none of them is missing, and makes the facts incomplete. Nothing when
/// parts[0] does not begin with an ELF header. Linear in the headers and the names.
std::optional<ElfFacts> parse_elf_facts(std::span<const FilePart> parts);
/// Of a whole file, or of the first bytes of one.
std::optional<ElfFacts> parse_elf_facts(std::span<const std::byte> bytes);

/// Takes a file in pieces, in order, and keeps what parse_elf_facts() will want: the front, which holds headers and
/// names as linkers lay files out, and further small segments: tools that patch a file put its new names behind it.
class ElfFactsStream {
 public:
  void feed(std::span<const std::byte> bytes);
  /// Would it keep anything of what follows?
  bool wants_more() const { return position_ < end_; }
  /// Begins anew.
  std::optional<ElfFacts> take();

  static constexpr std::size_t kFrontBytes = std::size_t{8} << 20;
  /// The first segment, with the names, is longer in libraries of a hundred thousand symbols.
  static constexpr std::size_t kMostFrontBytes = std::size_t{32} << 20;
  static constexpr std::size_t kMostSegmentBytes = std::size_t{4} << 20;
  static constexpr std::size_t kMostSegments = 16;

 private:
  struct Kept {
    std::uint64_t offset;
    std::size_t size_bytes;
    std::vector<std::byte> bytes;
  };
  void plan();

  std::vector<std::byte> front_;
  std::vector<Kept> segments_;
  std::size_t front_bytes_ = kFrontBytes;  // to keep
  std::uint64_t position_ = 0, end_ = kFrontBytes;
  bool planned_ = false;
};

}  // namespace ocitidy
