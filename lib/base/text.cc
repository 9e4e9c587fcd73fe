// text.cc - bytes from strangers, made readable and harmless.
#include "base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace ocitidy {
namespace {

struct Decoded {
  char32_t code_point = 0;
  std::size_t length = 1;
};

/// The code point at the front of `bytes`, if they begin with valid UTF-8 (no overlong form, no surrogate).
/// Source: Unicode 15, table 3-7.
std::optional<Decoded> decode_utf8(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return Decoded{lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || bytes.size() < length) return std::nullopt;
  char32_t code_point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return std::nullopt;
    code_point = code_point << 6 | (at(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < smallest[length] || code_point > 0x10FFFF || surrogate) return std::nullopt;
  return Decoded{code_point, length};
}

/// Controls, and marks that change how a line is shown without being seen: bidi controls, zero width, tags, line
/// separators.
bool is_hazardous(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

std::string hex(std::uint32_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  do {
    text += digits[value & 15U];
    value >>= 4;
  } while (value != 0);
  if (text.size() < 2) text += '0';
  std::reverse(text.begin(), text.end());
  return text;
}

std::string escaped(char32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return c < 0x80 ? cat("\\x", hex(c)) : cat("\\u{", hex(c), "}");
  }
}

/// One element of a glob.
struct Token {
  enum Kind : std::uint8_t {
    literal,
    any_byte,
    star,
    two_stars,
    directories
  } kind;  // directories: "**/" at a component's start
  char byte = 0;
};

std::vector<Token> tokens_of(std::string_view glob) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    if (glob.substr(i).starts_with("**")) {
      const bool at_start = i == 0 || glob[i - 1] == '/';
      const bool directories = at_start && glob.substr(i).starts_with("**/");
      tokens.push_back({directories ? Token::directories : Token::two_stars});
      i += directories ? 2 : 1;
    } else if (glob[i] == '*') {
      tokens.push_back({Token::star});
    } else if (glob[i] == '?') {
      tokens.push_back({Token::any_byte});
    } else {
      tokens.push_back({Token::literal, glob[i]});
    }
  }
  return tokens;
}

/// Any glob. Needs memory and looks at every byte of the path for every token.
bool matches_by_table(std::string_view glob, std::string_view path) {
  const std::vector<Token> tokens = tokens_of(glob);
  // Row t says for each position of the path whether tokens t, t+1, ... match from there; filled from the back.
  std::vector<char> row(path.size() + 1, 0), after(path.size() + 1, 0);
  after[path.size()] = 1;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    bool below = false;  // do the tokens after this one match at the start of some later component?
    for (std::size_t p = path.size() + 1; p-- > 0;) {
      const bool more = p < path.size();
      switch (token->kind) {
        case Token::literal:
          row[p] = more && path[p] == token->byte && after[p + 1];
          break;
        case Token::any_byte:
          row[p] = more && path[p] != '/' && after[p + 1];
          break;
        case Token::star:
          row[p] = after[p] || (more && path[p] != '/' && row[p + 1]);
          break;
        case Token::two_stars:
          row[p] = after[p] || (more && row[p + 1]);
          break;
        case Token::directories:
          row[p] = after[p] || below;
          below = below || (p > 0 && path[p - 1] == '/' && after[p]);
          break;
      }
    }
    row.swap(after);
  }
  return after[0] != 0;
}

/// Is every "**" a "**/" at a component's start, or the end of the glob? Nearly all globs are so.
bool is_simple(std::string_view glob) {
  for (std::size_t at = glob.find("**"); at != std::string_view::npos; at = glob.find("**", at + 2)) {
    const bool directories = (at == 0 || glob[at - 1] == '/') && glob.substr(at + 2).starts_with('/');
    if (!directories && at + 2 != glob.size()) return false;
  }
  return true;
}

/// A simple glob, without memory. When a byte does not fit, only the last '*' takes one byte more, and when it cannot
/// without a '/', only the last "**/" one directory more: what stands in front of them matches as early as it can, and
/// to match later would leave less to choose from. A '*' looks at one component only, so the costs stay path times
/// glob.
bool matches_by_steps(std::string_view glob, std::string_view path) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t g = 0, p = 0;
  std::size_t star = kNone, star_end = 0;                // behind the last '*': in the glob, in the path
  std::size_t directories = kNone, directories_end = 0;  // the same of the last "**/"
  for (;;) {
    if (g == glob.size() && p == path.size()) return true;
    if (g < glob.size() && glob[g] == '*') {
      if (!glob.substr(g).starts_with("**")) {
        star = ++g, star_end = p;
      } else if (g + 2 == glob.size()) {
        return true;
      } else {
        directories = g += 3, directories_end = p, star = kNone;
      }
      continue;
    }
    if (g < glob.size() && p < path.size() && (glob[g] == '?' ? path[p] != '/' : glob[g] == path[p])) {
      ++g, ++p;
    } else if (star != kNone && star_end < path.size() && path[star_end] != '/') {
      g = star, p = ++star_end;
    } else {
      if (directories == kNone) return false;
      const std::size_t slash = path.find('/', directories_end);
      if (slash == kNone) return false;
      g = directories, p = directories_end = slash + 1, star = kNone;
    }
  }
}

}  // namespace

std::string escape_for_terminal(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto decoded = decode_utf8(bytes);
    if (!decoded) {
      out += cat("\\x", hex(static_cast<unsigned char>(bytes.front())));
      bytes.remove_prefix(1);
      continue;
    }
    if (is_hazardous(decoded->code_point)) {
      out += escaped(decoded->code_point);
    } else {
      out += bytes.substr(0, decoded->length);
    }
    bytes.remove_prefix(decoded->length);
  }
  return out;
}

std::string quote(std::string_view bytes) { return cat("'", escape_for_terminal(bytes), "'"); }

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 7> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  std::uint64_t whole = bytes, scale = 1;
  while (whole >= 1024) {
    whole >>= 10;
    scale <<= 10;
    ++unit;
  }
  if (unit == 0) return cat(bytes, " B");
  if (whole >= 100) return cat(whole, " ", units[unit]);
  const std::uint64_t tenths = (bytes % scale) * 10 / scale;  // scale <= 2^60: no overflow
  return cat(whole, ".", tenths, " ", units[unit]);
}

std::string counted(std::uint64_t n, std::string_view singular, std::string_view plural) {
  return cat(n, " ", n == 1 ? singular : plural);
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto decoded = decode_utf8(bytes);
    if (!decoded) return false;
    bytes.remove_prefix(decoded->length);
  }
  return true;
}

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto decoded = decode_utf8(bytes);
    out += decoded ? bytes.substr(0, decoded->length) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(decoded ? decoded->length : 1);
  }
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFFU);
  }
  return base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string octal(std::uint32_t mode) {
  std::string text(4, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, mode >>= 3U) {
    *digit = static_cast<char>('0' + (mode & 7U));
  }
  return text;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4U];
    text += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= have ? digits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

bool glob_matches(std::string_view glob, std::string_view path) {
  return is_simple(glob) ? matches_by_steps(glob, path) : matches_by_table(glob, path);
}

}  // namespace ocitidy
