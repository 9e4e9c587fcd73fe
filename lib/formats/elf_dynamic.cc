// elf_dynamic.cc - program headers, the dynamic section they point to, and its strings. Source: ELF gABI, chapter 5.
#include "formats/elf_dynamic.h"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace ocitidy {
namespace {

constexpr std::size_t kMostNameBytes = 4095;         // PATH_MAX without its zero byte
constexpr std::size_t kMostSearchPathBytes = 65536;  // many directories
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

struct Segment {
  std::uint64_t address, offset, file_bytes;
};

/// Numbers and strings of one file. Every read is checked against the given bytes.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, bool wide, bool big_endian)
      : is_64_bit(wide), bytes_(bytes), big_endian_(big_endian) {}

  std::optional<std::uint64_t> number(std::uint64_t at, std::size_t width_bytes) const {
    if (at > bytes_.size() || bytes_.size() - at < width_bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width_bytes; ++i) {
      const std::size_t from = static_cast<std::size_t>(at) + (big_endian_ ? i : width_bytes - 1 - i);
      value = value << 8 | std::to_integer<std::uint64_t>(bytes_[from]);
    }
    return value;
  }

  /// An address, offset or size: as wide as the class of the file.
  std::optional<std::uint64_t> word(std::uint64_t at) const { return number(at, is_64_bit ? 8 : 4); }

  /// The string that begins at `at` and ends with a zero byte before `at` + `within_bytes`.
  std::optional<std::string> string(std::uint64_t at, std::uint64_t within_bytes, std::size_t at_most) const {
    if (at >= bytes_.size()) return std::nullopt;
    const std::uint64_t left = std::min<std::uint64_t>(bytes_.size() - at, within_bytes);
    const auto some = bytes_.subspan(static_cast<std::size_t>(at),
                                     static_cast<std::size_t>(std::min<std::uint64_t>(left, at_most + 1)));
    const auto end = std::ranges::find(some, std::byte{0});
    if (end == some.end()) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(some.data()), static_cast<std::size_t>(end - some.begin()));
  }

  const bool is_64_bit;

 private:
  std::span<const std::byte> bytes_;
  bool big_endian_;
};

class Parser {
 public:
  explicit Parser(const Reader& reader) : in_(reader) { out_.is_64_bit = reader.is_64_bit; }

  ElfDynamic run() {
    const auto table = in_.word(in_.is_64_bit ? 32 : 28);
    const auto entry_bytes = in_.number(in_.is_64_bit ? 54 : 42, 2), count = in_.number(in_.is_64_bit ? 56 : 44, 2);
    if (!table || !entry_bytes || !count) {
      out_.complete = false;
    } else if (*count > 0) {
      read_program_headers(*table, *entry_bytes, *count);
      if (dynamic_) read_dynamic(*dynamic_);
    }
    return std::move(out_);
  }

 private:
  /// PN_XNUM (0xffff) puts the count elsewhere; so many headers are over the limit anyway.
  void read_program_headers(std::uint64_t table, std::uint64_t entry_bytes, std::uint64_t count) {
    const std::size_t least = in_.is_64_bit ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (entry_bytes < least || count > kMostElfEntries) out_.complete = false;
    if (entry_bytes < least) return;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, kMostElfEntries); ++i) {
      const std::uint64_t at = table + i * entry_bytes;
      if (at < table || !in_.number(at + least - 1, 1) || at + least < at) {
        out_.complete = false;
        return;
      }
      const bool wide = in_.is_64_bit;
      const Segment segment{.address = in_.word(at + (wide ? 16 : 8)).value_or(0),
                            .offset = in_.word(at + (wide ? 8 : 4)).value_or(0),
                            .file_bytes = in_.word(at + (wide ? 32 : 16)).value_or(0)};
      take_segment(in_.number(at, 4).value_or(PT_NULL), segment);
    }
  }

  void take_segment(std::uint64_t type, const Segment& segment) {
    if (type == PT_LOAD) {
      loads_.push_back(segment);
    } else if (type == PT_DYNAMIC) {
      out_.is_dynamic = true;
      dynamic_ = segment;
    } else if (type == PT_INTERP) {
      set(out_.interpreter, in_.string(segment.offset, segment.file_bytes, kMostNameBytes));
    }
  }

  /// Two walks: the strings' place may stand behind the names that lie in it.
  void read_dynamic(const Segment& dynamic) {
    const auto entries = entries_of(dynamic);
    Strings strings;
    for (const auto& [tag, value] : entries) {
      if (tag == DT_STRTAB) strings.offset = offset_of(value);
      if (tag == DT_STRSZ) strings.size_bytes = value;
    }
    for (const auto& [tag, value] : entries) {
      if (tag == DT_NEEDED) {
        set(out_.needed.emplace_back(), string_of(strings, value, kMostNameBytes));
        if (out_.needed.back().empty()) out_.needed.pop_back();
      } else if (tag == DT_SONAME) {
        set(out_.soname, string_of(strings, value, kMostNameBytes));
      } else if (tag == DT_RPATH || tag == DT_RUNPATH) {
        set(tag == DT_RPATH ? out_.rpath : out_.runpath, string_of(strings, value, kMostSearchPathBytes));
      }
    }
  }

  /// The string table. Without an address that is mapped it lies beyond every file.
  struct Strings {
    std::uint64_t offset = kNowhere, size_bytes = 0;
  };

  std::optional<std::string> string_of(const Strings& table, std::uint64_t at, std::size_t at_most) const {
    if (at >= table.size_bytes || table.offset + at < at) return std::nullopt;
    return in_.string(table.offset + at, table.size_bytes - at, at_most);
  }

  std::vector<std::pair<std::uint64_t, std::uint64_t>> entries_of(const Segment& dynamic) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> entries;
    const std::uint64_t width = in_.is_64_bit ? 8 : 4;
    for (std::uint64_t i = 0; i < dynamic.file_bytes / (2 * width); ++i) {
      const std::uint64_t at = dynamic.offset + i * 2 * width;
      const auto tag = at < dynamic.offset ? std::nullopt : in_.word(at);
      const auto value = tag && at + width > at ? in_.word(at + width) : std::nullopt;
      if (value && *tag == DT_NULL) break;
      if (!value || i == kMostElfEntries) {
        out_.complete = false;
        break;
      }
      entries.emplace_back(*tag, *value);
    }
    return entries;
  }

  /// Where the byte that is loaded at `address` stands in the file.
  std::uint64_t offset_of(std::uint64_t address) const {
    for (const Segment& load : loads_)
      if (address >= load.address && address - load.address < load.file_bytes &&
          load.offset + (address - load.address) >= load.offset)
        return load.offset + (address - load.address);
    return kNowhere;
  }

  void set(std::string& target, std::optional<std::string> text) {
    if (text)
      target = *std::move(text);
    else
      out_.complete = false;
  }

  const Reader& in_;
  ElfDynamic out_;
  std::vector<Segment> loads_;
  std::optional<Segment> dynamic_;
};

}  // namespace

std::optional<ElfDynamic> parse_elf_dynamic(std::span<const std::byte> bytes) {
  if (bytes.size() < EI_NIDENT) return std::nullopt;
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
  if (at(0) != ELFMAG0 || at(1) != ELFMAG1 || at(2) != ELFMAG2 || at(3) != ELFMAG3) return std::nullopt;
  const unsigned file_class = at(EI_CLASS), order = at(EI_DATA);
  if (file_class != ELFCLASS32 && file_class != ELFCLASS64) return std::nullopt;
  if (order != ELFDATA2LSB && order != ELFDATA2MSB) return std::nullopt;
  const Reader reader(bytes, file_class == ELFCLASS64, order == ELFDATA2MSB);
  return Parser(reader).run();
}

}  // namespace ocitidy
