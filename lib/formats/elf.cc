// elf.cc - the fixed front of an ELF header.
#include "formats/elf.h"

#include <elf.h>

namespace ocitidy {

static_assert(kElfHeadBytes == EI_NIDENT + 2 * sizeof(Elf64_Half));
static_assert(kElfX86_64 == EM_X86_64 && kElfAarch64 == EM_AARCH64);

std::uint16_t elf_machine(std::span<const std::byte> head) {
  if (head.size() < kElfHeadBytes) return 0;
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(head[i]); };
  if (at(0) != ELFMAG0 || at(1) != ELFMAG1 || at(2) != ELFMAG2 || at(3) != ELFMAG3) return 0;
  const bool big_endian = at(EI_DATA) == ELFDATA2MSB;
  return static_cast<std::uint16_t>(big_endian ? at(18) << 8 | at(19) : at(19) << 8 | at(18));
}

std::string elf_machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_386:
      return "x86 (32-bit)";
    case EM_X86_64:
      return "x86-64";
    case EM_ARM:
      return "arm (32-bit)";
    case EM_AARCH64:
      return "arm64";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390";
    case EM_RISCV:
      return "riscv";
    default:
      return "machine " + std::to_string(machine);
  }
}

}  // namespace ocitidy
