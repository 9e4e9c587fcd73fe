// elf_builder.cc - see elf_builder.h.
#include "support/elf_builder.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ocitidy::test {
namespace {

void put(std::string& out, std::uint64_t value, int width_bytes) {
  for (int i = 0; i < width_bytes; ++i) out += char((value >> (8 * i)) & 0xff);
}

}  // namespace

std::string elf64(std::uint16_t machine) {
  constexpr std::uint64_t kHeaderBytes = 64, kProgramHeaderBytes = 56, kLoadAddress = 0x400000;
  constexpr std::uint64_t kFileBytes = kHeaderBytes + kProgramHeaderBytes;
  std::string out(
      "\x7f"
      "ELF\x02\x01\x01",
      7);  // 64-bit, little-endian, version 1
  out.resize(16, '\0');
  put(out, 2, 2);                          // e_type: ET_EXEC
  put(out, machine, 2);                    // e_machine
  put(out, 1, 4);                          // e_version
  put(out, kLoadAddress + kFileBytes, 8);  // e_entry
  put(out, kHeaderBytes, 8);               // e_phoff
  put(out, 0, 8);                          // e_shoff: no sections
  put(out, 0, 4);                          // e_flags
  put(out, kHeaderBytes, 2);               // e_ehsize
  put(out, kProgramHeaderBytes, 2);        // e_phentsize
  put(out, 1, 2);                          // e_phnum
  put(out, 64, 2);                         // e_shentsize
  put(out, 0, 2);                          // e_shnum
  put(out, 0, 2);                          // e_shstrndx
  put(out, 1, 4);                          // p_type: PT_LOAD
  put(out, 5, 4);                          // p_flags: read, execute
  put(out, 0, 8);                          // p_offset
  put(out, kLoadAddress, 8);               // p_vaddr
  put(out, kLoadAddress, 8);               // p_paddr
  put(out, kFileBytes, 8);                 // p_filesz
  put(out, kFileBytes, 8);                 // p_memsz
  put(out, 0x1000, 8);                     // p_align
  return out;
}

namespace {

/// Writes numbers of one class and byte order.
class ElfWriter {
 public:
  explicit ElfWriter(const DynamicElf& parts) : parts_(parts) {}

  void number(std::uint64_t value, int width_bytes) {
    for (int i = 0; i < width_bytes; ++i) {
      const int shift = 8 * (parts_.order == ElfOrder::little ? i : width_bytes - 1 - i);
      out += char(value >> shift & 0xff);
    }
  }
  void word(std::uint64_t value) { number(value, wide() ? 8 : 4); }
  bool wide() const { return parts_.file_class == ElfClass::bits_64; }

  void identification() {
    out =
        "\x7f"
        "ELF";
    out += char(parts_.file_class);
    out += char(parts_.order);
    out += '\1';
    out.resize(16, '\0');
  }

  void program_header(std::uint32_t type, std::uint64_t offset, std::uint64_t address, std::uint64_t size_bytes) {
    number(type, 4);
    if (wide()) number(5, 4);  // p_flags
    word(offset);
    word(address);
    word(address);
    word(size_bytes);
    word(size_bytes);
    if (!wide()) number(5, 4);
    word(1);  // p_align
  }

  std::string out;

 private:
  const DynamicElf& parts_;
};

using Entries = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// Strings of a file; the first is empty.
class Strings {
 public:
  std::uint64_t add(const std::string& text) {
    const std::uint64_t at = all.size();
    all += text + '\0';
    return at;
  }
  std::string all = std::string(1, '\0');
};

/// The dynamic entries of `parts` without those that say where things are.
Entries dynamic_entries(const DynamicElf& parts, Strings& strings) {
  Entries entries;
  const auto add = [&](std::uint64_t tag, const std::string& text) {
    if (!text.empty()) entries.emplace_back(tag, strings.add(text));
  };
  for (const std::string& name : parts.needed) add(1, name);
  add(14, parts.soname);
  add(15, parts.rpath);
  add(29, parts.runpath);
  return entries;
}

/// .gnu.version_r, and of how many libraries.
std::pair<std::string, std::uint64_t> needed_versions(const DynamicElf& parts, Strings& strings) {
  ElfWriter out(parts);
  std::uint64_t libraries = 0;
  for (auto first = parts.needs.begin(); first != parts.needs.end();) {
    const auto end = std::find_if(first, parts.needs.end(), [&](const auto& v) { return v.library != first->library; });
    const auto count = std::uint64_t(end - first);
    out.number(1, 2);  // vn_version
    out.number(count, 2);
    out.number(strings.add(first->library), 4);
    out.number(16, 4);                                              // vn_aux
    out.number(end == parts.needs.end() ? 0 : 16 + count * 16, 4);  // vn_next
    for (; first != end; ++first) {
      out.number(0, 4);  // vna_hash
      out.number(first->weak ? 2 : 0, 2);
      out.number(2, 2);  // vna_other
      out.number(strings.add(first->name), 4);
      out.number(first + 1 == end ? 0 : 16, 4);
    }
    ++libraries;
  }
  return {out.out, libraries};
}

/// .gnu.version_d: the file's own name, and each version.
std::string defined_versions(const DynamicElf& parts, Strings& strings) {
  ElfWriter out(parts);
  for (std::size_t i = 0; i <= parts.defines.size() && !parts.defines.empty(); ++i) {
    out.number(1, 2);  // vd_version
    out.number(i == 0 ? 1 : 0, 2);
    out.number(i + 1, 2);
    out.number(1, 2);   // vd_cnt
    out.number(0, 4);   // vd_hash
    out.number(20, 4);  // vd_aux
    out.number(i == parts.defines.size() ? 0 : 28, 4);
    out.number(strings.add(i == 0 ? parts.soname : parts.defines[i - 1].name), 4);
    out.number(0, 4);  // vda_next
  }
  return out.out;
}

std::string notes(const DynamicElf& parts) {
  ElfWriter out(parts);
  const auto begin = [&](std::uint64_t desc_bytes, std::uint64_t type) {
    for (const std::uint64_t value : {std::uint64_t{4}, desc_bytes, type}) out.number(value, 4);
    out.out += std::string("GNU\0", 4);
  };
  if (parts.kernel != std::array<std::uint32_t, 3>{}) {
    begin(16, 1);
    out.number(0, 4);  // Linux
    for (const std::uint32_t part : parts.kernel) out.number(part, 4);
  }
  if (parts.x86_isa_needed != 0) {
    begin(out.wide() ? 16 : 12, 5);
    out.number(0xc0008002, 4);
    out.number(4, 4);
    out.number(parts.x86_isa_needed, 4);
    if (out.wide()) out.number(0, 4);
  }
  return out.out;
}

}  // namespace

std::string elf_dynamic(const DynamicElf& parts) {
  constexpr std::uint64_t kLoadAddress = 0x10000;
  ElfWriter file(parts);
  const bool dynamic = parts.linked == DynamicElf::Linked::dynamically;
  const std::uint64_t word_bytes = file.wide() ? 8 : 4;
  const std::uint64_t header_bytes = file.wide() ? 64 : 52, program_header_bytes = file.wide() ? 56 : 32;
  Strings strings;
  Entries entries = dynamic ? dynamic_entries(parts, strings) : Entries{};
  const auto [needs, libraries] = needed_versions(parts, strings);
  const std::string defines = defined_versions(parts, strings), noted = notes(parts);
  const std::uint64_t segments = 1u + dynamic + !parts.interpreter.empty() + !noted.empty();
  const std::uint64_t interpreter_at = header_bytes + segments * program_header_bytes;
  const std::uint64_t dynamic_at = interpreter_at + (parts.interpreter.empty() ? 0 : parts.interpreter.size() + 1);
  const std::uint64_t count = entries.size() + 3 + (needs.empty() ? 0 : 2) + (defines.empty() ? 0 : 2);
  const std::uint64_t dynamic_bytes = dynamic ? count * 2 * word_bytes : 0;
  const std::uint64_t needs_at = dynamic_at + dynamic_bytes, defines_at = needs_at + needs.size();
  const std::uint64_t notes_at = defines_at + defines.size(), strings_at = notes_at + noted.size();
  entries.emplace_back(5, kLoadAddress + strings_at);  // DT_STRTAB
  entries.emplace_back(10, strings.all.size());        // DT_STRSZ
  if (!needs.empty()) {
    entries.emplace_back(0x6ffffffe, kLoadAddress + needs_at);
    entries.emplace_back(0x6fffffff, libraries);
  }
  if (!defines.empty()) {
    entries.emplace_back(0x6ffffffc, kLoadAddress + defines_at);
    entries.emplace_back(0x6ffffffd, parts.defines.size() + 1);
  }
  entries.emplace_back(0, 0);  // DT_NULL
  file.identification();
  file.number(dynamic ? 3 : 2, 2);  // e_type: ET_DYN or ET_EXEC
  file.number(parts.machine, 2);
  file.number(1, 4);        // e_version
  file.word(0);             // e_entry
  file.word(header_bytes);  // e_phoff
  file.word(0);             // e_shoff
  file.number(0, 4);        // e_flags
  for (const std::uint64_t half :
       {header_bytes, program_header_bytes, segments, std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{0}})
    file.number(half, 2);
  const auto segment = [&](std::uint32_t type, std::uint64_t at, std::uint64_t size_bytes) {
    file.program_header(type, at, kLoadAddress + at, size_bytes);
  };
  if (!parts.interpreter.empty()) segment(3, interpreter_at, parts.interpreter.size() + 1);
  segment(1, 0, strings_at + strings.all.size());
  if (dynamic) segment(2, dynamic_at, dynamic_bytes);
  if (!noted.empty()) segment(4, notes_at, noted.size());
  if (!parts.interpreter.empty()) file.out += parts.interpreter + '\0';
  if (dynamic) {
    for (const auto& [tag, value] : entries) {
      file.word(tag);
      file.word(value);
    }
  }
  return file.out + needs + defines + noted + strings.all;
}

std::uint16_t elf_machine_for(std::string_view architecture) {
  static constexpr std::array<std::pair<std::string_view, std::uint16_t>, 7> kMachines{
      {{"386", 3}, {"amd64", 62}, {"arm", 40}, {"arm64", 183}, {"ppc64le", 21}, {"riscv64", 243}, {"s390x", 22}}};
  for (const auto& [name, machine] : kMachines)
    if (name == architecture) return machine;
  return 0;
}

}  // namespace ocitidy::test
