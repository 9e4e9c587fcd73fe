// day.cc - see day.h; and parse_day() of ocitidy/lint.h.
#include "base/day.h"

#include <charconv>

#include "base/text.h"
#include "ocitidy/lint.h"

namespace ocitidy {
namespace {

/// `text` as a number of exactly its own digits; -1 when it is none.
int digits(std::string_view text) {
  int value = 0;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : -1;
}

std::string padded(unsigned value) { return cat(value < 10 ? "0" : "", value); }

}  // namespace

std::string day_text(std::int64_t seconds) {
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  const std::chrono::year_month_day day(days);
  return cat(int(day.year()), "-", padded(unsigned(day.month())), "-", padded(unsigned(day.day())));
}

Result<std::int64_t> parse_day(std::string_view text) {
  const auto bad = [&] { return fail(Code::invalid_argument, cat("not a day as 2026-09-01: ", quote(text))); };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad();
  const int year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8));
  if (year < 1970 || month < 1 || day < 1) return bad();
  const std::chrono::year_month_day parsed{std::chrono::year{year}, std::chrono::month(unsigned(month)),
                                           std::chrono::day(unsigned(day))};
  if (!parsed.ok()) return bad();
  return day_s(year, unsigned(month), unsigned(day));
}

}  // namespace ocitidy
