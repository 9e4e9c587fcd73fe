// recipe_words.cc - see recipe_words.h.
#include "support/recipe_words.h"

#include <charconv>

#include "base/text.h"

namespace ocitidy::test {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Reads the escape whose backslash stands at line[at]; moves `at` to its last character.
Result<char> unescape(std::string_view line, std::size_t& at) {
  if (++at == line.size()) return fail(Code::invalid_argument, "a backslash ends the line");
  switch (line[at]) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '0':
      return '\0';
    case 'x':
      break;
    default:
      return line[at];
  }
  const std::string_view digits = line.substr(at + 1, 2);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2)
    return fail(Code::invalid_argument, "\\x wants two hexadecimal digits");
  at += 2;
  return static_cast<char>(value);
}

}  // namespace

Result<std::vector<Word>> split_words(std::string_view line) {
  std::vector<Word> words;
  Word word;
  bool in_word = false;
  char open_quote = '\0';
  const auto end_word = [&] {
    if (in_word) words.push_back(std::exchange(word, Word{}));
    in_word = false;
  };
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '\\' && open_quote != '\'') {
      OCITIDY_TRY(const char escaped, unescape(line, at));
      word.text += escaped;
      in_word = true;
    } else if (open_quote != '\0') {
      if (c == open_quote)
        open_quote = '\0';
      else
        word.text += c;
    } else if (c == '"' || c == '\'') {
      open_quote = c;
      if (!in_word) word.quoted = true;
      in_word = true;
    } else if (is_blank(c)) {
      end_word();
    } else if (c == ';') {
      end_word();
      words.push_back(Word{.text = ";", .quoted = false, .separator = true});
    } else {
      word.text += c;
      in_word = true;
    }
  }
  if (open_quote != '\0') return fail(Code::invalid_argument, "a quote is not closed");
  end_word();
  return words;
}

Result<std::uint64_t> parse_number(std::string_view text, int base, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > max)
    return fail(Code::invalid_argument, cat("not a number that fits: ", quote(text)));
  return value;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  unsigned shift = 0;
  if (text.ends_with('k')) shift = 10;
  if (text.ends_with('M')) shift = 20;
  if (text.ends_with('G')) shift = 30;
  if (shift != 0) text.remove_suffix(1);
  OCITIDY_TRY(const std::uint64_t value, parse_number(text, 10, ~std::uint64_t{0} >> shift));
  return value << shift;
}

Result<std::pair<std::int64_t, std::uint32_t>> parse_time(std::string_view text) {
  const std::size_t dot = text.find('.');
  std::string_view whole = text.substr(0, dot);
  const bool negative = whole.starts_with('-');
  if (negative) whole.remove_prefix(1);
  OCITIDY_TRY(const std::uint64_t seconds, parse_number(whole, 10, std::uint64_t{1} << 60));
  std::uint64_t ns = 0;
  if (dot != std::string_view::npos) {
    std::string digits(text.substr(dot + 1));
    if (digits.empty() || digits.size() > 9) return fail(Code::invalid_argument, "a fraction has 1 to 9 digits");
    digits.resize(9, '0');
    OCITIDY_TRY(ns, parse_number(digits, 10, 999'999'999));
  }
  std::int64_t signed_seconds = negative ? -std::int64_t(seconds) : std::int64_t(seconds);
  if (negative && ns != 0) {
    signed_seconds -= 1;
    ns = 1'000'000'000 - ns;
  }
  return std::pair{signed_seconds, std::uint32_t(ns)};
}

std::optional<std::string_view> value_of(const Word& word, std::string_view key) {
  std::string_view text = word.text;
  if (word.quoted || text.size() <= key.size() || !text.starts_with(key) || text[key.size()] != '=')
    return std::nullopt;
  return text.substr(key.size() + 1);
}

}  // namespace ocitidy::test
