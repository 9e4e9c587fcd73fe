// measure.h - clocks, peak memory and how to give up: what the benchmarks of the library have in common.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

#include "ocitidy/result.h"

namespace ocitidy::bench {

/// Of all threads, those that have ended included.
inline double cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double wall_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The largest resident size since the last reset_peak(), by Linux's own count (proc(5), VmHWM); 0 where it has none.
inline double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

/// From here on, peak_mib() starts at what is resident now (proc(5), clear_refs).
inline void reset_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

/// Whoever measures wants no half results.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", describe(result.error()).c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Ends the process unless all of `text` is a number from `least` on.
inline int must_be_number(std::string_view text, int least) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size() && value >= least) return value;
  std::fprintf(stderr, "not a number from %d on: %.*s\n", least, static_cast<int>(text.size()), text.data());
  std::exit(2);
}

}  // namespace ocitidy::bench
