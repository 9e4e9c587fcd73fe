// release_pace.cc - see release_pace.h.
#include "lambda/release_pace.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "formats/debian_changelog.h"
#include "formats/gzip_head.h"
#include "image/captured_text.h"

namespace ocitidy::lambda {

std::optional<ReleasePace> release_pace(std::span<const std::int64_t> times_s) {
  constexpr std::int64_t kDayS = 24 * 60 * 60;
  std::vector<std::int64_t> days;
  for (const std::int64_t time_s : times_s) days.push_back(time_s / kDayS);
  std::ranges::sort(days, std::greater());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  if (days.size() < 2) return std::nullopt;
  // The window is half open: what lies exactly kPaceDays back began the time that is counted.
  const auto older = std::ranges::find_if(days, [&](std::int64_t day) { return days.front() - day >= kPaceDays; });
  const auto count = static_cast<std::uint32_t>(older - days.begin());
  if (older != days.end()) return ReleasePace{count, kPaceDays};
  return ReleasePace{count - 1, static_cast<std::uint32_t>(days.front() - days.back())};
}

std::optional<ReleasePace> debian_release_pace(const ImageModel& image, std::string_view package) {
  constexpr std::size_t kMostTextBytes = std::size_t{64} << 10;  // 16 to 1; text deflates to a third or a quarter
  for (const char* name : {"/changelog.Debian.gz", "/changelog.gz"}) {
    const auto node = image.resolve(cat("usr/share/doc/", package, name));
    const auto capture = node ? captured_at(image, *node) : std::nullopt;
    if (!capture) continue;
    const auto head = capture->bytes.first(std::min<std::size_t>(capture->bytes.size(), kChangelogBytes));
    if (auto pace = release_pace(parse_debian_changelog(inflate_gzip_head(head, kMostTextBytes)))) return pace;
  }
  return std::nullopt;
}

}  // namespace ocitidy::lambda
