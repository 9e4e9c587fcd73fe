// handler_symbol.cc - whole words, and the ways in which names come to be without being written.
#include "lambda/handler_symbol.h"

#include <algorithm>
#include <array>
#include <span>

namespace ocitidy::lambda {
namespace {

bool is_word(unsigned char c) {
  return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

bool has_any(std::string_view text, std::span<const std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != text.npos; });
}

constexpr std::array<std::string_view, 10> kPython = {"import *", "globals(", "setattr",      "__getattr__",
                                                      "exec(",    "vars(",    "sys.modules[", "sys.modules.",
                                                      "locals(",  "__dict__"};
// "\\u": a name may be spelled with escapes.
constexpr std::array<std::string_view, 7> kNode = {"export *", "export*", "Object.assign", "exports[", "__reExport",
                                                   "__export", "\\u"};
constexpr std::array<std::string_view, 9> kRuby = {"require_relative", "load", "define_method", "eval",     "extend",
                                                   "include",          "send", "alias",         "const_set"};

/// The first character behind `at` that is no white space; NUL at the end.
char next_char(std::string_view text, std::size_t at) {
  const std::size_t next = text.find_first_not_of(" \t\r\n", at);
  return next == text.npos ? '\0' : text[next];
}

/// "module.exports = something": what it exports stands elsewhere, unless it is an object right here, with nothing
/// spread into it. "defineProperty(exports, name": the name is a variable.
bool exports_by_reference(std::string_view text) {
  constexpr std::string_view kExports = "module.exports", kDefine = "defineProperty(exports,";
  for (std::size_t at = text.find(kExports); at != text.npos; at = text.find(kExports, at + 1)) {
    const std::size_t equals = text.find_first_not_of(" \t\r\n", at + kExports.size());
    if (equals == text.npos || text[equals] != '=') continue;
    if (next_char(text, equals + 1) != '{' || text.find("...", equals) != text.npos) return true;
  }
  for (std::size_t at = text.find(kDefine); at != text.npos; at = text.find(kDefine, at + 1)) {
    const char quote = next_char(text, at + kDefine.size());
    if (quote != '"' && quote != '\'') return true;
  }
  return false;
}

}  // namespace

SymbolSeen look_for_symbol(HandlerRuntime runtime, std::string_view source, std::string_view symbol) {
  if (symbol.empty() || has_word(source, symbol)) return SymbolSeen::mentioned;
  bool hidden = true;
  switch (runtime) {
    case HandlerRuntime::python:
      hidden = has_any(source, kPython);
      break;
    case HandlerRuntime::node:
      hidden = has_any(source, kNode) || exports_by_reference(source);
      break;
    case HandlerRuntime::ruby:
      hidden = has_any(source, kRuby);
      break;
    case HandlerRuntime::java:
    case HandlerRuntime::dotnet:
      break;  // compiled
  }
  return hidden ? SymbolSeen::unknown : SymbolSeen::absent;
}

}  // namespace ocitidy::lambda
