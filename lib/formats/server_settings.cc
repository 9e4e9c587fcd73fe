// server_settings.cc - words of configuration files, as far as one value needs them.
#include "formats/server_settings.h"

#include <algorithm>

#include "base/ascii.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMostValues = 64;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// The text up to the next line end, which goes too.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(kBlanks)); }

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::vector<std::string> nginx_values(std::string_view text, std::string_view name) {
  std::string code;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    code.append(line.substr(0, line.find('#'))).push_back('\n');
  }
  std::vector<std::string> values;
  std::string_view rest = code;
  while (!rest.empty() && values.size() < kMostValues) {
    const std::size_t end = std::min(rest.find_first_of(";{}"), rest.size());
    const std::string_view directive = trimmed(rest.substr(0, end), kBlanks);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (first_word(directive) != name) continue;
    values.emplace_back(unquoted(first_word(trimmed(directive.substr(name.size())))));
  }
  return values;
}

std::optional<std::string> ini_value(std::string_view text, std::string_view name) {
  std::optional<std::string> value;
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text), kBlanks);
    const std::size_t equals = line.find('=');
    if (line.starts_with(';') || line.starts_with('#') || equals == std::string_view::npos) continue;
    if (trimmed(line.substr(0, equals), kBlanks) == name) value = unquoted(trimmed(line.substr(equals + 1), kBlanks));
  }
  return value;
}

std::vector<std::string> apache_values(std::string_view text, std::string_view name) {
  std::vector<std::string> values;
  while (!text.empty() && values.size() < kMostValues) {
    const std::string_view line = trimmed(take_line(text), kBlanks);
    if (!equal_without_case(first_word(line), name)) continue;
    const std::string_view value = trimmed(line.substr(name.size()));
    const bool quoted = value.starts_with('"');
    values.emplace_back(quoted ? value.substr(1, value.find('"', 1) - 1) : first_word(value));
  }
  return values;
}

}  // namespace ocitidy
