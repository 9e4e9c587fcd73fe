// elf_builder.h - smallest ELF files that loaders and linters take for real ones.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy::test {

/// Header and one PT_LOAD program header of a 64-bit little-endian executable for `machine` (e_machine: 62 is x86-64,
/// 183 is arm64). 120 bytes. Source: ELF gABI, "ELF Header", "Program Header".
std::string elf64(std::uint16_t machine);

enum class ElfClass : std::uint8_t { bits_32 = 1, bits_64 = 2 };
enum class ElfOrder : std::uint8_t { little = 1, big = 2 };

/// What goes into a dynamic ELF file; what is empty or zero is left out.
struct DynamicElf {
  ElfClass file_class = ElfClass::bits_64;
  ElfOrder order = ElfOrder::little;
  std::uint16_t machine = 62;
  enum class Linked : std::uint8_t {
    dynamically,
    statically
  } linked = Linked::dynamically;  ///< has a PT_DYNAMIC or not
  std::string interpreter = {};
  std::string soname = {};
  std::vector<std::string> needed = {};
  std::string rpath = {};
  std::string runpath = {};
  std::vector<ElfVersion> needs = {};    ///< those of one library follow each other
  std::vector<ElfVersion> defines = {};  ///< besides the file's own name
  std::uint32_t x86_isa_needed = 0;
  std::array<std::uint32_t, 3> kernel = {};
};

/// A file of headers, PT_INTERP, one PT_LOAD that maps all of it somewhere else than its offset, PT_DYNAMIC, versions,
/// PT_NOTE, and last the strings. Has no code and no sections.
std::string elf_dynamic(const DynamicElf& parts);

/// The e_machine that the image-spec's `architecture` ("amd64", "arm64", "386", ...) stands for; 0 when unknown.
std::uint16_t elf_machine_for(std::string_view architecture);

}  // namespace ocitidy::test
