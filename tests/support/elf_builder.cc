// elf_builder.cc - see elf_builder.h.
#include "support/elf_builder.h"

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

/// The dynamic entries of `parts` without those that say where the strings are, and the strings.
std::pair<std::vector<std::pair<std::uint64_t, std::uint64_t>>, std::string> dynamic_entries(const DynamicElf& parts) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> entries;
  std::string strings(1, '\0');
  const auto add = [&](std::uint64_t tag, const std::string& text) {
    if (text.empty()) return;
    entries.emplace_back(tag, strings.size());
    strings += text + '\0';
  };
  for (const std::string& name : parts.needed) add(1, name);
  add(14, parts.soname);
  add(15, parts.rpath);
  add(29, parts.runpath);
  return {entries, strings};
}

}  // namespace

std::string elf_dynamic(const DynamicElf& parts) {
  constexpr std::uint64_t kLoadAddress = 0x10000;
  ElfWriter file(parts);
  const std::uint64_t word_bytes = file.wide() ? 8 : 4;
  const std::uint64_t header_bytes = file.wide() ? 64 : 52, program_header_bytes = file.wide() ? 56 : 32;
  auto [entries, strings] = dynamic_entries(parts);
  const std::uint64_t segments = parts.interpreter.empty() ? 2 : 3;
  const std::uint64_t interpreter = header_bytes + segments * program_header_bytes;
  const std::uint64_t dynamic = interpreter + (parts.interpreter.empty() ? 0 : parts.interpreter.size() + 1);
  const std::uint64_t dynamic_bytes = (entries.size() + 3) * 2 * word_bytes;
  const std::uint64_t size_bytes = dynamic + dynamic_bytes + strings.size();
  entries.emplace_back(5, kLoadAddress + dynamic + dynamic_bytes);  // DT_STRTAB
  entries.emplace_back(10, strings.size());                         // DT_STRSZ
  entries.emplace_back(0, 0);                                       // DT_NULL
  file.out =
      "\x7f"
      "ELF";
  file.out += char(parts.file_class);
  file.out += char(parts.order);
  file.out += '\1';
  file.out.resize(16, '\0');
  file.number(3, 2);  // e_type: ET_DYN
  file.number(parts.machine, 2);
  file.number(1, 4);        // e_version
  file.word(0);             // e_entry
  file.word(header_bytes);  // e_phoff
  file.word(0);             // e_shoff
  file.number(0, 4);        // e_flags
  for (const std::uint64_t half :
       {header_bytes, program_header_bytes, segments, std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{0}})
    file.number(half, 2);
  if (segments == 3) file.program_header(3, interpreter, kLoadAddress + interpreter, parts.interpreter.size() + 1);
  file.program_header(1, 0, kLoadAddress, size_bytes);
  file.program_header(2, dynamic, kLoadAddress + dynamic, dynamic_bytes);
  if (segments == 3) file.out += parts.interpreter + '\0';
  for (const auto& [tag, value] : entries) {
    file.word(tag);
    file.word(value);
  }
  return file.out + strings;
}

std::uint16_t elf_machine_for(std::string_view architecture) {
  static constexpr std::array<std::pair<std::string_view, std::uint16_t>, 7> kMachines{
      {{"386", 3}, {"amd64", 62}, {"arm", 40}, {"arm64", 183}, {"ppc64le", 21}, {"riscv64", 243}, {"s390x", 22}}};
  for (const auto& [name, machine] : kMachines)
    if (name == architecture) return machine;
  return 0;
}

}  // namespace ocitidy::test
