// debian_changelog.cc - the first and the last line of each entry.
#include "formats/debian_changelog.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/day.h"
#include "formats/text_lines.h"

namespace ocitidy {
namespace {

constexpr auto kMonths = std::to_array<std::string_view>(
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "Mon, 01 Jan 2024 ...". The name of the day counts for nothing: some are wrong.
std::optional<std::int64_t> day_of(std::string_view date) {
  date.remove_prefix(std::min(date.find(',') + 1, date.size()));
  const auto day = number(take_word(date));
  const auto month = std::ranges::find(kMonths, take_word(date));
  const auto year = number(take_word(date));
  if (!day || *day < 1 || *day > 31 || month == kMonths.end() || !year || *year < 1970 || *year > 9999) {
    return std::nullopt;
  }
  return day_s(*year, static_cast<unsigned>(month - kMonths.begin() + 1), static_cast<unsigned>(*day));
}

/// Ubuntu names a release before it is one: such entries count as updates of it.
constexpr auto kDevelopment =
    std::to_array<std::string_view>({"unstable", "sid", "testing", "experimental", "UNRELEASED"});

/// Of the line that begins an entry; none for other lines.
std::optional<bool> goes_to_development(std::string_view line) {
  const std::size_t version_end = line.find(") ");
  if (line.empty() || line.front() == ' ' || version_end == std::string_view::npos) return std::nullopt;
  std::string_view distributions = line.substr(version_end + 2);
  distributions = distributions.substr(0, distributions.find(';'));
  return std::ranges::find(kDevelopment, take_word(distributions)) != kDevelopment.end();
}

}  // namespace

std::vector<DebianRelease> parse_debian_changelog(std::string_view text) {
  std::vector<DebianRelease> releases;
  bool is_development = false;
  for (TextLines lines(text); releases.size() < kMostChangelogEntries && lines.next();) {
    const std::string_view line = lines.line();
    is_development = goes_to_development(line).value_or(is_development);
    const std::size_t mail_end = line.rfind('>');
    if (!line.starts_with(" -- ") || mail_end == std::string_view::npos) continue;
    if (const auto day = day_of(line.substr(mail_end + 1))) releases.push_back({*day, is_development});
  }
  return releases;
}

}  // namespace ocitidy
