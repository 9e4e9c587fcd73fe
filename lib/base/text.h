// text.h - bytes for people: escaping, sizes, base64, globs. Nothing here depends on a locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "ocitidy/escape.h"

namespace ocitidy {

/// As escape_for_terminal, in single quotes: 'usr/lib/x'. For names inside messages. (Not `quoted`: std has one.)
std::string quote(std::string_view bytes);

/// "512 B", "4.0 KiB", "1.5 GiB": three significant places at most, powers of 1024.
std::string human_bytes(std::uint64_t bytes);

/// Permission bits as people write them: "0644".
std::string octal(std::uint32_t mode);

/// "1 file", "2 files".
std::string counted(std::uint64_t n, std::string_view singular, std::string_view plural);

bool is_utf8(std::string_view bytes);

/// Copies `bytes`, each sequence that is not UTF-8 replaced by U+FFFD: what a JSON string can hold.
std::string to_utf8(std::string_view bytes);

std::string base64(std::string_view bytes);

/// The bytes that base64() would spell as `text`; none when it could not.
std::optional<std::string> unbase64(std::string_view text);

/// "00ff": two lower-case digits a byte.
std::string hex(std::string_view bytes);

/// Does `path` match `glob`? '*' and '?' stop at '/', '**' does not, "[abc]" is literal. "**/x" also matches "x".
/// Costs path times glob; no backtracking blow-up.
bool glob_matches(std::string_view glob, std::string_view path);

/// "a/b" of "a/b/c", "" of "a" and of "". Paths as Entry::path.
std::string_view parent_path(std::string_view path);

/// Joins parts of any type that std::string can append.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  auto add = [&out](const auto& part) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(part)>>) {
      out += std::to_string(part);
    } else {
      out += part;
    }
  };
  (add(parts), ...);
  return out;
}

}  // namespace ocitidy
