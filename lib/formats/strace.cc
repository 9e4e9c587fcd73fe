// strace.cc - the grammar of strace's lines, as far as paths need it. Source: strace(1), and src/util.c of strace 6.1.
#include "formats/strace.h"

#include <algorithm>

#include "base/ascii.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMostArguments = 8;  // mmap has six
constexpr std::string_view kBlanks = " \t\r";

bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_name(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; }
bool is_word(char c) { return is_name(c) || (c >= 'A' && c <= 'Z'); }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Reads the escape behind a backslash at `at`, appends what it stands for, and returns where it ends.
std::size_t unescape(std::string_view text, std::size_t at, std::string& out) {
  if (is_octal(text[at])) {
    unsigned value = 0;
    const std::size_t end = std::min(text.size(), at + 3);
    for (; at < end && is_octal(text[at]); ++at) value = value * 8 + static_cast<unsigned>(text[at] - '0');
    out += static_cast<char>(value & 0xFFU);
    return at;
  }
  if (text[at] == 'x') {  // -x and -xx
    int value = 0;
    const std::size_t end = std::min(text.size(), at + 3);
    for (++at; at < end && hex_digit(text[at]) >= 0; ++at) value = value * 16 + hex_digit(text[at]);
    out += static_cast<char>(value);
    return at;
  }
  constexpr std::string_view kLetters = "abtnvfr", kMeanings = "\a\b\t\n\v\f\r";
  const std::size_t letter = kLetters.find(text[at]);
  out += letter == std::string_view::npos ? text[at] : kMeanings[letter];
  return at + 1;
}

/// Copies `text` from `at` up to one of `ends`, escapes resolved. Nothing when none of them comes.
std::optional<std::string> copy_until(std::string_view text, std::size_t& at, std::string_view ends) {
  std::string out;
  while (at < text.size() && ends.find(text[at]) == std::string_view::npos) {
    if (text[at] == '\\') {
      if (++at == text.size()) return std::nullopt;
      at = unescape(text, at, out);
    } else {
      out += text[at++];
    }
  }
  if (at == text.size()) return std::nullopt;
  return out;
}

/// Where the quoted or annotated piece that begins at `at` ends, past its last mark. Backslashes hide marks; -yy nests
/// "3</dev/null<char 1:3>>".
std::size_t skip_piece(std::string_view text, std::size_t at) {
  const char open = text[at], close = open == '<' ? '>' : open;
  int depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (open == '<' && text[at] == open) {
      ++depth;
    } else if (text[at] == close && (open != '<' ? depth++ == 1 : --depth == 0)) {
      return at + 1;
    }
  }
  return text.size();
}

/// Is the '<' at `at` the front of what -y says about a descriptor, and no shift ("1<<3")?
bool opens_annotation(std::string_view text, std::size_t at) {
  return text[at] == '<' && at > 0 && is_word(text[at - 1]) && at + 1 < text.size() && text[at + 1] != '<';
}

bool is_clock(std::string_view token) {
  return !token.empty() && is_digit(token[0]) &&
         std::ranges::all_of(token, [](char c) { return is_digit(c) || c == ':' || c == '.'; });
}

/// "unfinished", "resumed" and everything else that stands alone on a line.
bool stands_alone(std::string_view rest) {
  return (rest.starts_with("<... ") && rest.find(" resumed>") != std::string_view::npos) ||
         (rest.starts_with("--- ") && rest.ends_with(" ---")) || (rest.starts_with("+++ ") && rest.ends_with(" +++"));
}

}  // namespace

StraceLine split_strace_prefix(std::string_view line) {
  StraceLine out{.pid = 0, .rest = trimmed(line)};
  const auto number = [](std::string_view digits) {
    std::uint64_t value = 0;
    for (const char c : digits.substr(0, 18)) value = is_digit(c) ? value * 10 + static_cast<unsigned>(c - '0') : value;
    return value;
  };
  for (bool first = true;; first = false) {
    const bool bracketed = out.rest.starts_with('[');
    const std::size_t end = out.rest.find(bracketed ? ']' : ' ');
    if (end == std::string_view::npos) return out;
    const std::string_view token = out.rest.substr(0, end);
    if (bracketed) {  // "[pid  12]", or -i's instruction pointer and -n's call number
      if (token.starts_with("[pid ")) out.pid = number(trimmed(token.substr(5)));
    } else if (first && std::ranges::all_of(token, is_digit)) {
      out.pid = number(token);
    } else if (!is_clock(token)) {
      return out;
    }
    out.rest = trimmed(out.rest.substr(end + 1));
  }
}

std::optional<StraceCall> parse_strace_call(std::string_view text) {
  const std::size_t open = static_cast<std::size_t>(std::ranges::find_if_not(text, is_name) - text.begin());
  if (open == 0 || open == text.size() || text[open] != '(') return std::nullopt;
  StraceCall call{.name = text.substr(0, open), .arguments = {}, .result = {}};
  std::size_t at = open + 1, begin = at;
  const auto end_argument = [&] {
    const std::string_view argument = trimmed(text.substr(begin, at - begin));
    if (call.arguments.size() < kMostArguments) call.arguments.push_back(argument);
    begin = at + 1;
  };
  int depth = 1;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || opens_annotation(text, at)) {
      at = skip_piece(text, at);
      continue;
    }
    if (c == '(' || c == '[' || c == '{') ++depth;
    if ((c == ')' || c == ']' || c == '}') && --depth == 0) break;
    if (c == ',' && depth == 1) end_argument();
    ++at;
  }
  if (at >= text.size()) return std::nullopt;
  end_argument();
  const std::string_view after = trimmed(text.substr(at + 1));
  if (!after.starts_with("= ")) return std::nullopt;
  call.result = trimmed(after.substr(2));
  return call;
}

bool is_strace_line(std::string_view line) {
  const std::string_view rest = split_strace_prefix(line).rest;
  if (stands_alone(rest)) return true;
  if (parse_strace_call(rest)) return true;
  const std::size_t open = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_name) - rest.begin());
  return open > 0 && open < rest.size() && rest[open] == '(' && rest.ends_with("<unfinished ...>");
}

std::optional<std::string> strace_string(std::string_view argument) {
  if (argument.size() < 2 || argument.front() != '"') return std::nullopt;
  std::size_t at = 1;
  auto text = copy_until(argument, at, "\"");
  if (!text || at + 1 != argument.size()) return std::nullopt;  // "..." behind the quote: cut short by -s
  return text;
}

std::optional<std::string> strace_descriptor_path(std::string_view argument) {
  std::size_t at = 0;
  while (at < argument.size() && is_word(argument[at])) ++at;
  if (at == 0 || at + 1 >= argument.size() || argument[at] != '<' || argument[at + 1] != '/') return std::nullopt;
  ++at;
  auto path = copy_until(argument, at, "<>");
  if (path && argument.substr(at).starts_with(">(deleted)")) return std::nullopt;
  return path;
}

}  // namespace ocitidy
