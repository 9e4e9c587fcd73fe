// elf.h - what the first bytes of an ELF file say. Bytes in, values out; no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ocitidy {

/// Bytes elf_machine() wants to see: e_ident (16) + e_type (2) + e_machine (2). Source: ELF gABI, "ELF Header".
inline constexpr std::size_t kElfHeadBytes = 20;

inline constexpr std::uint16_t kElfX86_64 = 62;
inline constexpr std::uint16_t kElfAarch64 = 183;

/// e_machine of an ELF file, honouring its byte order; 0 when `head` is no ELF header.
std::uint16_t elf_machine(std::span<const std::byte> head);

/// "x86-64", "arm64", ..., "machine 1234".
std::string elf_machine_name(std::uint16_t machine);

}  // namespace ocitidy
