// elf_words.cc - see elf_words.h.
#include "support/elf_words.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ocitidy::test {
namespace {

constexpr std::array<std::string_view, 10> kKeys{"needs",   "soname",       "interp",  "rpath", "runpath",
                                                 "version", "weak-version", "defines", "isa",   "kernel"};

std::unexpected<Error> bad(std::string message) { return fail(Code::invalid_argument, std::move(message)); }

Result<void> read_isa(std::string_view text, DynamicElf& parts) {
  constexpr std::array<std::string_view, 4> kLevels{"v1", "v2", "v3", "v4"};
  const auto level = std::ranges::find(kLevels, text);
  if (level == kLevels.end()) return bad("isa= wants v1, v2, v3 or v4");
  parts.x86_isa_needed = 1u << (level - kLevels.begin());
  return {};
}

Result<void> read_kernel(std::string_view text, DynamicElf& parts) {
  for (std::uint32_t& part : parts.kernel) {
    const std::size_t dot = text.find('.');
    OCITIDY_TRY(const std::uint64_t number, parse_number(text.substr(0, dot), 10, 0xffffffff));
    part = static_cast<std::uint32_t>(number);
    text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  }
  return {};
}

}  // namespace

bool is_elf_word(const Word& word) {
  if (word.text == "static" || word.text == "shared") return true;
  return std::ranges::any_of(kKeys, [&](std::string_view key) { return value_of(word, key).has_value(); });
}

Result<void> read_elf_word(const Word& word, ElfWords& elf) {
  elf.plain = false;
  DynamicElf& parts = elf.parts;
  if (word.text == "static") parts.linked = DynamicElf::Linked::statically;
  if (const auto value = value_of(word, "needs")) parts.needed.emplace_back(*value);
  if (const auto value = value_of(word, "soname")) parts.soname = *value;
  if (const auto value = value_of(word, "interp")) parts.interpreter = *value;
  if (const auto value = value_of(word, "rpath")) parts.rpath = *value;
  if (const auto value = value_of(word, "runpath")) parts.runpath = *value;
  if (const auto value = value_of(word, "defines"))
    parts.defines.push_back({.library = {}, .name = std::string(*value)});
  if (const auto value = value_of(word, "isa")) return read_isa(*value, parts);
  if (const auto value = value_of(word, "kernel")) return read_kernel(*value, parts);
  for (const std::string_view key : {"version", "weak-version"}) {
    const auto value = value_of(word, key);
    if (!value) continue;
    const std::size_t colon = value->find(':');
    if (colon == std::string_view::npos) return bad(cat(key, "= wants SONAME:VERSION"));
    parts.needs.push_back({.library = std::string(value->substr(0, colon)),
                           .name = std::string(value->substr(colon + 1)),
                           .weak = key != "version"});
  }
  return {};
}

std::string elf_bytes(const ElfWords& elf) { return elf.plain ? elf64(elf.parts.machine) : elf_dynamic(elf.parts); }

}  // namespace ocitidy::test
