// elf_facts.cc - program headers, the dynamic section and the notes they point to, and strings. Sources: ELF gABI,
// chapter 5; Linux Standard Base, "Symbol Versioning"; x86-64 psABI, "Program Property".
#include "formats/elf_facts.h"

#include <elf.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace ocitidy {
namespace {

constexpr std::size_t kMostNameBytes = 4095;         // PATH_MAX without its zero byte
constexpr std::size_t kMostSearchPathBytes = 65536;  // many directories
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
constexpr std::uint64_t kX86IsaNeeded = 0xc0008002;  // GNU_PROPERTY_X86_ISA_1_NEEDED

constexpr std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a + b < a ? kNowhere : a + b; }

/// Numbers and strings of one file. Every read is checked against the parts at hand.
class FileBytes {
 public:
  FileBytes(std::span<const FilePart> parts, bool wide, bool big_endian)
      : is_64_bit(wide), is_big_endian(big_endian), parts_(parts) {}

  std::optional<std::uint64_t> number(std::uint64_t at, std::size_t width_bytes) const {
    const auto bytes = from(at, width_bytes);
    if (bytes.size() < width_bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width_bytes; ++i)
      value = value << 8 | std::to_integer<std::uint64_t>(bytes[is_big_endian ? i : width_bytes - 1 - i]);
    return value;
  }

  /// An address, offset or size: as wide as the class of the file.
  std::optional<std::uint64_t> word(std::uint64_t at) const { return number(at, word_bytes()); }
  std::size_t word_bytes() const { return is_64_bit ? 8 : 4; }

  /// The string that begins at `at` and ends with a zero byte before `at` + `within_bytes`.
  std::optional<std::string_view> string(std::uint64_t at, std::uint64_t within_bytes, std::size_t at_most) const {
    const auto wish = static_cast<std::size_t>(std::min<std::uint64_t>(within_bytes, at_most + 1));
    const auto some = from(at, wish).first(std::min(wish, from(at, wish).size()));
    const auto end = std::ranges::find(some, std::byte{0});
    if (end == some.end()) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(some.data()), static_cast<std::size_t>(end - some.begin()));
  }

  const bool is_64_bit, is_big_endian;

 private:
  /// All from `at` on, out of a part that has as many bytes as are wanted, or else out of the last that has some.
  std::span<const std::byte> from(std::uint64_t at, std::size_t wanted_bytes) const {
    std::span<const std::byte> found;
    for (const FilePart& part : parts_) {
      if (at < part.offset || at - part.offset >= part.bytes.size()) continue;
      found = part.bytes.subspan(static_cast<std::size_t>(at - part.offset));
      if (found.size() >= wanted_bytes) break;
    }
    return found;
  }

  std::span<const FilePart> parts_;
};

/// The bytes as an ELF file; nothing when they do not begin with a header that we know.
std::optional<FileBytes> open_elf(std::span<const FilePart> parts) {
  if (parts.empty() || parts[0].offset != 0 || parts[0].bytes.size() < EI_NIDENT) return std::nullopt;
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(parts[0].bytes[i]); };
  if (at(0) != ELFMAG0 || at(1) != ELFMAG1 || at(2) != ELFMAG2 || at(3) != ELFMAG3) return std::nullopt;
  const unsigned file_class = at(EI_CLASS), order = at(EI_DATA);
  if (file_class != ELFCLASS32 && file_class != ELFCLASS64) return std::nullopt;
  if (order != ELFDATA2LSB && order != ELFDATA2MSB) return std::nullopt;
  return FileBytes(parts, file_class == ELFCLASS64, order == ELFDATA2MSB);
}

struct Segment {
  std::uint64_t type = PT_NULL, flags = 0, address = 0, offset = 0, file_bytes = 0, align = 0;
};

struct ProgramHeaders {
  std::vector<Segment> segments;
  bool complete = true;
};

/// PN_XNUM (0xffff) puts the count elsewhere; so many headers are over the limit anyway.
ProgramHeaders program_headers(const FileBytes& in) {
  ProgramHeaders out;
  const bool wide = in.is_64_bit;
  const auto table = in.word(wide ? 32 : 28);
  const auto entry_bytes = in.number(wide ? 54 : 42, 2), count = in.number(wide ? 56 : 44, 2);
  const std::size_t least = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
  if (!table || !entry_bytes || !count || (*count > 0 && *entry_bytes < least)) return {{}, false};
  if (*count > kMostElfEntries) out.complete = false;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(*count, kMostElfEntries); ++i) {
    const std::uint64_t at = plus(*table, i * *entry_bytes);
    if (!in.number(plus(at, least - 1), 1)) return {std::move(out.segments), false};
    out.segments.push_back({.type = in.number(at, 4).value_or(PT_NULL),
                            .flags = in.number(at + (wide ? 4 : 24), 4).value_or(0),
                            .address = in.word(at + (wide ? 16 : 8)).value_or(0),
                            .offset = in.word(at + (wide ? 8 : 4)).value_or(0),
                            .file_bytes = in.word(at + (wide ? 32 : 16)).value_or(0),
                            .align = in.word(at + (wide ? 48 : 28)).value_or(0)});
  }
  return out;
}

ElfFacts::Kind kind_of(std::uint64_t e_type) {
  switch (e_type) {
    case ET_REL:
      return ElfFacts::Kind::relocatable;
    case ET_EXEC:
      return ElfFacts::Kind::program;
    case ET_DYN:
      return ElfFacts::Kind::shared;
    case ET_CORE:
      return ElfFacts::Kind::core;
    default:
      return ElfFacts::Kind::other;
  }
}

class Parser {
 public:
  explicit Parser(const FileBytes& bytes) : in_(bytes) {}

  ElfFacts run() {
    out_.is_64_bit = in_.is_64_bit;
    out_.is_big_endian = in_.is_big_endian;
    const auto type = in_.number(EI_NIDENT, 2), machine = in_.number(EI_NIDENT + 2, 2);
    out_.kind = kind_of(type.value_or(ET_NONE));
    out_.machine = static_cast<std::uint16_t>(machine.value_or(EM_NONE));
    headers_ = program_headers(in_);
    if (!headers_.complete || !machine) out_.complete = false;
    for (const Segment& segment : headers_.segments) {
      if (segment.type == PT_INTERP)
        set(out_.interpreter, in_.string(segment.offset, segment.file_bytes, kMostNameBytes));
      if (segment.type == PT_NOTE) read_notes(segment);
    }
    const auto dynamic = std::ranges::find(headers_.segments, PT_DYNAMIC, &Segment::type);
    out_.is_dynamic = dynamic != headers_.segments.end();
    if (out_.is_dynamic) read_dynamic(*dynamic);
    return std::move(out_);
  }

 private:
  using Entries = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

  /// Where the dynamic section says that things are. An address that is not mapped lies beyond every file.
  struct Tables {
    std::uint64_t strings = kNowhere, strings_bytes = 0;
    std::uint64_t needs = kNowhere, needs_count = 0, defines = kNowhere, defines_count = 0;
  };

  /// Two walks: the strings' place may stand behind the names that lie in it.
  void read_dynamic(const Segment& dynamic) {
    const Entries entries = entries_of(dynamic);
    Tables tables;
    for (const auto& [tag, value] : entries) {
      if (tag == DT_STRTAB) tables.strings = offset_of(value);
      if (tag == DT_STRSZ) tables.strings_bytes = value;
      if (tag == DT_VERNEED) tables.needs = offset_of(value);
      if (tag == DT_VERNEEDNUM) tables.needs_count = value;
      if (tag == DT_VERDEF) tables.defines = offset_of(value);
      if (tag == DT_VERDEFNUM) tables.defines_count = value;
    }
    for (const auto& [tag, value] : entries) {
      if (tag == DT_NEEDED) {
        set(out_.needed.emplace_back(), string_of(tables, value, kMostNameBytes));
        if (out_.needed.back().empty()) out_.needed.pop_back();
      } else if (tag == DT_SONAME) {
        set(out_.soname, string_of(tables, value, kMostNameBytes));
      } else if (tag == DT_RPATH || tag == DT_RUNPATH) {
        set(tag == DT_RPATH ? out_.rpath : out_.runpath, string_of(tables, value, kMostSearchPathBytes));
      }
    }
    read_needs(tables);
    read_defines(tables);
  }

  Entries entries_of(const Segment& dynamic) {
    Entries entries;
    const std::uint64_t width = in_.word_bytes();
    for (std::uint64_t i = 0; i < dynamic.file_bytes / (2 * width); ++i) {
      const std::uint64_t at = plus(dynamic.offset, i * 2 * width);
      const auto tag = in_.word(at), value = in_.word(plus(at, width));
      if (tag && value && *tag == DT_NULL) break;
      if (!tag || !value || i == kMostElfEntries) {
        out_.complete = false;
        break;
      }
      entries.emplace_back(*tag, *value);
    }
    return entries;
  }

  /// Elf64_Verneed and Elf64_Vernaux; both classes have the same. A chain goes forward only, and is no longer than
  /// said.
  void read_needs(const Tables& tables) {
    std::uint64_t at = tables.needs;
    for (std::uint64_t i = 0; i < tables.needs_count; ++i) {
      const auto count = in_.number(plus(at, 2), 2), file = in_.number(plus(at, 4), 4);
      const auto aux = in_.number(plus(at, 8), 4), next = in_.number(plus(at, 12), 4);
      if (!count || !file || !aux || !next || ++versions_ > kMostElfEntries) return fall_short();
      std::string library;
      set(library, string_of(tables, *file, kMostNameBytes));
      std::uint64_t need = plus(at, *aux);
      for (std::uint64_t k = 0; k < *count; ++k) {
        const auto flags = in_.number(plus(need, 4), 2), name = in_.number(plus(need, 8), 4);
        const auto step = in_.number(plus(need, 12), 4);
        if (!flags || !name || !step || ++versions_ > kMostElfEntries || !spend(library.size())) return fall_short();
        ElfVersion& version = out_.needs.emplace_back();
        version.library = library;
        version.weak = (*flags & VER_FLG_WEAK) != 0;
        set(version.name, string_of(tables, *name, kMostNameBytes));
        if (version.name.empty()) out_.needs.pop_back();
        need = plus(need, *step);
        if (*step == 0) break;
      }
      at = plus(at, *next);
      if (*next == 0) break;
    }
  }

  /// Elf64_Verdef and the first Elf64_Verdaux of each: its name. The others name what it inherits from.
  void read_defines(const Tables& tables) {
    std::uint64_t at = tables.defines;
    for (std::uint64_t i = 0; i < tables.defines_count; ++i) {
      const auto flags = in_.number(plus(at, 2), 2), aux = in_.number(plus(at, 12), 4);
      const auto next = in_.number(plus(at, 16), 4);
      const auto name = aux ? in_.number(plus(plus(at, *aux), 0), 4) : std::nullopt;
      if (!flags || !next || !name || ++versions_ > kMostElfEntries) return fall_short();
      if ((*flags & VER_FLG_BASE) == 0) {
        ElfVersion& version = out_.defines.emplace_back();
        set(version.name, string_of(tables, *name, kMostNameBytes));
        if (version.name.empty()) out_.defines.pop_back();
      }
      at = plus(at, *next);
      if (*next == 0) break;
    }
  }

  /// Name size, descriptor size, type, and both padded: to 4 bytes, or to 8 in segments that are aligned so.
  void read_notes(const Segment& segment) {
    const std::uint64_t align = segment.align == 8 ? 8 : 4;
    const auto padded = [&](std::uint64_t bytes) { return (bytes + align - 1) / align * align; };
    std::uint64_t at = segment.offset, left = segment.file_bytes;
    while (left >= 12) {
      const auto name_bytes = in_.number(at, 4), desc_bytes = in_.number(plus(at, 4), 4);
      const auto type = in_.number(plus(at, 8), 4);
      if (!name_bytes || !desc_bytes || !type || ++notes_ > kMostElfEntries) return fall_short();
      const std::uint64_t desc = padded(12 + *name_bytes);
      if (desc + *desc_bytes > left) return;  // old linkers pad notes of both kinds in one segment wrongly
      if (*name_bytes == 4 && in_.string(plus(at, 12), 4, 4) == "GNU") read_note(*type, plus(at, desc), *desc_bytes);
      const std::uint64_t whole = std::min(left, padded(desc + *desc_bytes));
      at = plus(at, whole);
      left -= whole;
    }
  }

  void read_note(std::uint64_t type, std::uint64_t at, std::uint64_t size_bytes) {
    if (type == NT_GNU_ABI_TAG && size_bytes >= 16) {
      if (in_.number(at, 4) != ELF_NOTE_OS_LINUX) return;
      for (std::size_t i = 0; i < out_.kernel.size(); ++i)
        out_.kernel[i] = static_cast<std::uint32_t>(in_.number(at + 4 + 4 * i, 4).value_or(0));
    } else if (type == NT_GNU_PROPERTY_TYPE_0 && (out_.machine == EM_X86_64 || out_.machine == EM_386)) {
      const std::uint64_t align = in_.word_bytes();
      for (std::uint64_t done = 0; done + 8 <= size_bytes;) {
        const auto property = in_.number(plus(at, done), 4), bytes = in_.number(plus(at, done + 4), 4);
        if (!property || !bytes || ++notes_ > kMostElfEntries) return fall_short();
        if (*property == kX86IsaNeeded && *bytes == 4)
          out_.x86_isa_needed |= static_cast<std::uint32_t>(in_.number(plus(at, done + 8), 4).value_or(0));
        done += 8 + (*bytes + align - 1) / align * align;
      }
    }
  }

  std::optional<std::string_view> string_of(const Tables& tables, std::uint64_t at, std::size_t at_most) const {
    if (at >= tables.strings_bytes) return std::nullopt;
    return in_.string(plus(tables.strings, at), tables.strings_bytes - at, at_most);
  }

  /// Where the byte that is loaded at `address` stands in the file.
  std::uint64_t offset_of(std::uint64_t address) const {
    for (const Segment& load : headers_.segments)
      if (load.type == PT_LOAD && address >= load.address && address - load.address < load.file_bytes)
        return plus(load.offset, address - load.address);
    return kNowhere;
  }

  bool spend(std::size_t name_bytes) { return (name_bytes_ += name_bytes) <= kMostElfNameBytes; }
  void fall_short() { out_.complete = false; }

  void set(std::string& target, std::optional<std::string_view> text) {
    if (text && spend(text->size()))
      target = *text;
    else
      fall_short();
  }

  const FileBytes& in_;
  ElfFacts out_;
  ProgramHeaders headers_;
  std::size_t versions_ = 0, notes_ = 0, name_bytes_ = 0;
};

}  // namespace

std::optional<ElfFacts> parse_elf_facts(std::span<const FilePart> parts) {
  const auto bytes = open_elf(parts);
  if (!bytes) return std::nullopt;
  return Parser(*bytes).run();
}

std::optional<ElfFacts> parse_elf_facts(std::span<const std::byte> bytes) {
  const FilePart whole{.offset = 0, .bytes = bytes};
  return parse_elf_facts({&whole, 1});
}

/// At the end of the front, from which every further segment can still be had whole.
void ElfFactsStream::plan() {
  planned_ = true;
  const FilePart front{.offset = 0, .bytes = front_};
  const auto bytes = open_elf({&front, 1});
  const ProgramHeaders headers = bytes ? program_headers(*bytes) : ProgramHeaders{};
  for (const Segment& segment : headers.segments) {
    const std::uint64_t end = plus(segment.offset, segment.file_bytes);
    if (segment.type == PT_LOAD && segment.offset == 0 && (segment.flags & PF_X) == 0 && end <= kMostFrontBytes)
      front_bytes_ = std::max(front_bytes_, static_cast<std::size_t>(end));
  }
  end_ = front_bytes_;
  for (const Segment& segment : headers.segments) {
    const bool wanted =
        segment.type == PT_LOAD || segment.type == PT_DYNAMIC || segment.type == PT_INTERP || segment.type == PT_NOTE;
    const std::uint64_t end = plus(segment.offset, segment.file_bytes);
    if (!wanted || segment.file_bytes == 0 || segment.file_bytes > kMostSegmentBytes || end <= front_bytes_ ||
        end == kNowhere)
      continue;
    if (segments_.size() == kMostSegments) break;
    Kept kept{segment.offset, static_cast<std::size_t>(segment.file_bytes), {}};
    const auto seen = std::span(front_).subspan(std::min<std::uint64_t>(segment.offset, front_.size()));
    kept.bytes.assign(seen.begin(), seen.end());
    end_ = std::max(end_, end);
    segments_.push_back(std::move(kept));
  }
}

void ElfFactsStream::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty() && wants_more()) {
    // Not across the end of the front as it is known: there the plan is made.
    const std::size_t till_plan = planned_ ? bytes.size() : kFrontBytes - front_.size();
    const auto piece = bytes.first(std::min(bytes.size(), till_plan));
    if (front_.size() < front_bytes_) {
      const auto part = piece.first(std::min(piece.size(), front_bytes_ - front_.size()));
      front_.insert(front_.end(), part.begin(), part.end());
    }
    for (Kept& kept : segments_) {
      const std::uint64_t from = kept.offset + kept.bytes.size();  // what it lacks begins here
      if (kept.bytes.size() == kept.size_bytes || from < position_ || from >= position_ + piece.size()) continue;
      const auto part = piece.subspan(static_cast<std::size_t>(from - position_));
      const auto some = part.first(std::min(part.size(), kept.size_bytes - kept.bytes.size()));
      kept.bytes.insert(kept.bytes.end(), some.begin(), some.end());
    }
    position_ += piece.size();
    bytes = bytes.subspan(piece.size());
    if (!planned_ && front_.size() == kFrontBytes) plan();
  }
}

std::optional<ElfFacts> ElfFactsStream::take() {
  std::vector<FilePart> parts{{.offset = 0, .bytes = front_}};
  for (const Kept& kept : segments_) parts.push_back({.offset = kept.offset, .bytes = kept.bytes});
  auto facts = parse_elf_facts(parts);
  front_.clear();
  segments_.clear();
  front_bytes_ = kFrontBytes;
  position_ = 0;
  end_ = kFrontBytes;
  planned_ = false;
  return facts;
}

}  // namespace ocitidy
