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

std::uint16_t elf_machine_for(std::string_view architecture) {
  static constexpr std::array<std::pair<std::string_view, std::uint16_t>, 7> kMachines{
      {{"386", 3}, {"amd64", 62}, {"arm", 40}, {"arm64", 183}, {"ppc64le", 21}, {"riscv64", 243}, {"s390x", 22}}};
  for (const auto& [name, machine] : kMachines)
    if (name == architecture) return machine;
  return 0;
}

}  // namespace ocitidy::test
