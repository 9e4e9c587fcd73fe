// grammar.cc - one small reader for each form; none of them backtracks.
#include "oci/grammar.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"

namespace ocitidy {
namespace {

using sv = std::string_view;

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_one_of(char c, sv set) { return set.find(c) != sv::npos; }

bool is_restricted_name(sv text) {
  constexpr std::size_t kLongest = 127;
  return !text.empty() && text.size() <= kLongest && is_alphanumeric(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || is_one_of(c, "!#$&^_.+-"); });
}

/// Components of [a-z0-9]+, one separator of [+._-] between two of them.
bool is_algorithm(sv text) {
  bool separated = true;  // a component must come next
  for (const char c : text) {
    const bool separator = is_one_of(c, "+._-");
    if (separator ? separated : !is_digit(c) && !is_lower(c)) return false;
    separated = separator;
  }
  return !separated;
}

/// Takes `count` digits off `text`. -1 when they are not there.
int take_number(sv& text, std::size_t count) {
  if (text.size() < count || !std::ranges::all_of(text.substr(0, count), is_digit)) return -1;
  int value = 0;
  for (const char c : text.substr(0, count)) value = value * 10 + (c - '0');
  text.remove_prefix(count);
  return value;
}

bool take(sv& text, sv set) {
  if (text.empty() || !is_one_of(text.front(), set)) return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool take_date(sv& text) {
  const int year = take_number(text, 4);
  if (year < 0 || !take(text, "-")) return false;
  const int month = take_number(text, 2);
  if (month < 1 || month > 12 || !take(text, "-")) return false;
  const int day = take_number(text, 2);
  return day >= 1 && day <= days_in(year, month);
}

bool take_hour_and_minute(sv& text) {
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ":")) return false;
  const int minute = take_number(text, 2);
  return minute >= 0 && minute <= 59;
}

bool take_time(sv& text) {
  if (!take_hour_and_minute(text) || !take(text, ":")) return false;
  const int second = take_number(text, 2);
  if (second < 0 || second > 60) return false;  // 60: a leap second
  if (!take(text, ".")) return true;
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  text.remove_prefix(digits);
  return digits > 0;
}

constexpr std::array<sv, 17> kSystems{"aix",     "android", "darwin",  "dragonfly", "freebsd", "hurd",
                                      "illumos", "ios",     "js",      "linux",     "nacl",    "netbsd",
                                      "openbsd", "plan9",   "solaris", "wasip1",    "windows"};
constexpr std::array<sv, 27> kArchitectures{
    "386",     "amd64",    "amd64p32",  "arm",         "arm64",   "arm64be", "armbe", "loong64", "mips",
    "mips64",  "mips64le", "mips64p32", "mips64p32le", "mipsle",  "ppc",     "ppc64", "ppc64le", "riscv",
    "riscv64", "s390",     "s390x",     "sparc",       "sparc64", "wasm",    "zos",   "alpha",   "ia64"};

}  // namespace

bool is_media_type(sv text) {
  const std::size_t slash = text.find('/');
  return slash != sv::npos && is_restricted_name(text.substr(0, slash)) && is_restricted_name(text.substr(slash + 1));
}

sv digest_fault(sv text) {
  const std::size_t colon = text.find(':');
  const sv algorithm = text.substr(0, colon), encoded = colon == sv::npos ? sv() : text.substr(colon + 1);
  if (!is_algorithm(algorithm) || encoded.empty() ||
      !std::ranges::all_of(encoded, [](char c) { return is_alphanumeric(c) || is_one_of(c, "=_-"); })) {
    return "be a digest: algorithm, ':', encoded bytes";
  }
  const bool lower_hex = std::ranges::all_of(encoded, is_lower_hex);
  if ((algorithm == "sha256" || algorithm == "blake3") && !(lower_hex && encoded.size() == 64)) {
    return "have 64 lower-case hex digits behind the ':'";
  }
  if (algorithm == "sha512" && !(lower_hex && encoded.size() == 128)) {
    return "have 128 lower-case hex digits behind the ':'";
  }
  return "";
}

sv uri_scheme(sv text) {
  const std::size_t colon = text.find(':');
  if (colon == sv::npos || colon == 0 || !is_letter(text.front())) return "";
  const sv scheme = text.substr(0, colon);
  return std::ranges::all_of(scheme, [](char c) { return is_alphanumeric(c) || is_one_of(c, "+-."); }) ? scheme : "";
}

bool is_uri(sv text) {
  if (uri_scheme(text).empty() || std::ranges::count(text, '#') > 1) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_alphanumeric(text[i]) && !is_one_of(text[i], "-._~:/?#[]@!$&'()*+,;=")) {
      return false;
    }
  }
  return true;
}

bool is_date_time(sv text) {
  if (!take_date(text) || !take(text, "Tt") || !take_time(text)) return false;
  if (take(text, "Zz")) return text.empty();
  return take(text, "+-") && take_hour_and_minute(text) && text.empty();
}

bool is_reverse_domain(sv text) {
  const std::size_t dot = text.find('.');
  return dot != sv::npos && dot != 0 && !text.ends_with('.');
}

bool is_reference_name(sv text) {
  bool separated = true;  // an alphanumeric must come next
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_alphanumeric(text[i])) {
      separated = false;
      continue;
    }
    if (separated || !is_one_of(text[i], "-._:@+/")) return false;
    if (text.substr(i).starts_with("--")) ++i;
    separated = true;
  }
  return !separated;
}

bool is_port(sv text) {
  const std::size_t slash = text.find('/');
  const sv number = text.substr(0, slash);
  if (slash != sv::npos) {
    const sv protocol = text.substr(slash + 1);
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") return false;
  }
  if (number.empty() || number.size() > 5 || !std::ranges::all_of(number, is_digit)) return false;
  return std::stoi(std::string(number)) <= 65535;
}

bool is_signal_name(sv text) {
  if (!text.starts_with("SIG")) return false;
  text.remove_prefix(3);
  const std::size_t sign = text.find_first_of("+-");
  const sv name = text.substr(0, sign);
  const bool named =
      !name.empty() && std::ranges::all_of(name, [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
  if (sign == sv::npos) return named;
  const sv offset = text.substr(sign + 1);
  return named && !offset.empty() && std::ranges::all_of(offset, is_digit);
}

bool is_numbered_variant(sv text) {
  if (!take(text, "v")) return false;
  const std::size_t dot = text.find('.');
  const sv major = text.substr(0, dot);
  if (major.empty() || !std::ranges::all_of(major, is_digit)) return false;
  if (dot == sv::npos) return true;
  const sv minor = text.substr(dot + 1);
  return !minor.empty() && std::ranges::all_of(minor, is_digit);
}

bool is_known_os(sv text) { return std::ranges::find(kSystems, text) != kSystems.end(); }

bool is_known_architecture(sv text) { return std::ranges::find(kArchitectures, text) != kArchitectures.end(); }

}  // namespace ocitidy
