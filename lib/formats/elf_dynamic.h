// elf_dynamic.h - what a dynamic ELF file asks of the loader: interpreter, libraries, search paths. Bytes in, values
// out.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ocitidy {

/// All names are as written: "$ORIGIN" is not expanded and nothing is looked up.
struct ElfDynamic {
  std::string interpreter;          ///< PT_INTERP; "" for libraries and static programs
  std::string soname;               ///< DT_SONAME
  std::vector<std::string> needed;  ///< DT_NEEDED, in the loader's order
  std::string rpath;                ///< DT_RPATH, colons and all; loaders ignore it where there is a runpath
  std::string runpath;              ///< DT_RUNPATH
  bool is_64_bit = false;
  bool is_dynamic = false;  ///< has a PT_DYNAMIC
  bool complete = true;     ///< false: some of it lay beyond the given bytes or over a limit, or contradicts itself
};

/// At most this many program headers and dynamic entries are looked at; real files have a dozen and some fifty.
inline constexpr std::size_t kMostElfEntries = 4096;

/// Reads a file, or the first bytes of one, by its program headers: sections are for debuggers, and may be stripped.
/// Both classes, both byte orders. Nothing when `bytes` does not begin with an ELF header. Linear in the headers and
/// the names; a name is at most 4095 bytes, a search path 64 KiB.
std::optional<ElfDynamic> parse_elf_dynamic(std::span<const std::byte> bytes);

}  // namespace ocitidy
