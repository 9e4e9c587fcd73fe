// elf_builder.h - smallest ELF files that loaders and linters take for real ones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ocitidy::test {

/// Header and one PT_LOAD program header of a 64-bit little-endian executable for `machine` (e_machine: 62 is x86-64,
/// 183 is arm64). 120 bytes. Source: ELF gABI, "ELF Header", "Program Header".
std::string elf64(std::uint16_t machine);

/// The e_machine that the image-spec's `architecture` ("amd64", "arm64", "386", ...) stands for; 0 when unknown.
std::uint16_t elf_machine_for(std::string_view architecture);

}  // namespace ocitidy::test
