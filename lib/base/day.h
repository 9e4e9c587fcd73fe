// day.h - calendar days as seconds since 1970-01-01 UTC: tables that age are written and told in days.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ocitidy {

/// The start of a day. `month` and `day` count from 1.
constexpr std::int64_t day_s(int year, unsigned month, unsigned day) {
  const std::chrono::sys_days days = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
  return std::chrono::seconds(days.time_since_epoch()).count();
}

/// "2026-09-01": the day in UTC that holds `seconds`.
std::string day_text(std::int64_t seconds);

}  // namespace ocitidy
