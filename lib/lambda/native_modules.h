// native_modules.h - compiled code that the function's interpreter opens itself: extension modules of Python, addons of
// Node.js, and the shared libraries beside them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/elf_files.h"
#include "lambda/loader.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Every rule that calls native_modules() declares these in RuleInfo::reads: they tell files of other systems, Mach-O
/// and PE, from text.
inline constexpr std::array<ContentQuery, 6> kForeignHeads{
    ContentQuery{.glob = "**/*.node", .first_bytes = 4, .magic = "\xcf\xfa\xed\xfe"},  // Mach-O, 64 bits
    ContentQuery{.glob = "**/*.so", .first_bytes = 4, .magic = "\xcf\xfa\xed\xfe"},
    ContentQuery{.glob = "**/*.node", .first_bytes = 4, .magic = "\xca\xfe\xba\xbe"},  // Mach-O, universal
    ContentQuery{.glob = "**/*.so", .first_bytes = 4, .magic = "\xca\xfe\xba\xbe"},
    ContentQuery{.glob = "**/*.node", .first_bytes = 4, .magic = "MZ"},  // PE
    ContentQuery{.glob = "**/*.so", .first_bytes = 4, .magic = "MZ"}};

/// kLoaderReads and kForeignHeads, for rules about both.
inline constexpr auto kLoaderAndModuleReads = [] {
  std::array<ContentQuery, kLoaderReads.size() + kForeignHeads.size()> all{};
  std::ranges::copy(kLoaderReads, all.begin());
  std::ranges::copy(kForeignHeads, all.begin() + kLoaderReads.size());
  return all;
}();

struct NativeModule {
  enum class Kind : std::uint8_t {
    python,   ///< x.cpython-312-x86_64-linux-gnu.so, x.abi3.so
    node,     ///< x.node
    library,  ///< any other x.so or x.so.1: whether anybody opens it cannot be told
  };
  NodeId node = NodeId::root;
  std::string path;
  Kind kind = Kind::library;
  std::uint16_t machine = 0;        ///< 0: no ELF file
  std::string_view foreign_format;  ///< "Mach-O" or "PE"; "" for ELF
  const ElfFacts* facts = nullptr;
};

/// Those among the function's own files (FunctionPlaces), without samples for tests, in order of layers and members.
std::vector<NativeModule> native_modules(const ImageModel& image);

/// Is it the native part of the runtime interface client (awslambdaric, aws-lambda-ric) that the start command names?
/// Then nothing works without it.
bool is_started_client(const ImageModel& image, const NativeModule& module);

/// The path without the words that name a system, processor or libc: builds of one module for several platforms have it
/// in common. "node_modules/@img/sharp-darwin-arm64/lib/x.node" -> "node_modules/@img/sharp/lib/x.node".
std::string without_platform(std::string_view path);

/// The libc that an object was linked against, by what it needs.
Libc linked_libc(const ElfFacts& facts);

}  // namespace ocitidy::lambda
