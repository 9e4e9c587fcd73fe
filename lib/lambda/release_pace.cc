// release_pace.cc - see release_pace.h.
#include "lambda/release_pace.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "formats/gzip_head.h"
#include "image/captured_text.h"

namespace ocitidy::lambda {
namespace {

constexpr std::int64_t kDayS = 24 * 60 * 60;
/// Of less, an update or none says little; and a release lives for five years.
constexpr std::int64_t kLeastStableDays = 90, kMostStableDays = 5 * 365;

std::vector<DebianRelease> read_changelog(const ImageModel& image, std::string_view package) {
  constexpr std::size_t kMostTextBytes = std::size_t{64} << 10;  // 16 to 1; text deflates to a third or a quarter
  for (const char* name : {"/changelog.Debian.gz", "/changelog.gz"}) {
    const auto node = image.resolve(cat("usr/share/doc/", package, name));
    const auto capture = node ? captured_at(image, *node) : std::nullopt;
    if (!capture) continue;
    const auto head = capture->bytes.first(std::min<std::size_t>(capture->bytes.size(), kChangelogBytes));
    auto releases = parse_debian_changelog(inflate_gzip_head(head, kMostTextBytes));
    if (!releases.empty()) return releases;
  }
  return {};
}

}  // namespace

std::optional<ReleasePace> release_pace(std::span<const std::int64_t> times_s) {
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

DebianChangelogs::DebianChangelogs(const ImageModel& image, std::span<const std::string_view> packages) {
  std::optional<std::int64_t> newest_s, frozen_s;
  for (const std::string_view package : packages) {
    std::vector<DebianRelease> releases = read_changelog(image, package);
    if (releases.empty()) continue;
    // Updates that bring a later upload along have its entries, too: only packages without an update tell the freeze.
    std::optional<std::int64_t>& latest_s = releases.front().is_development ? frozen_s : newest_s;
    latest_s = std::max(latest_s, std::optional(releases.front().day_s));
    releases_.emplace(package, std::move(releases));
  }
  if (!newest_s || !frozen_s || *newest_s - *frozen_s < kLeastStableDays * kDayS) return;
  stable_days_ = static_cast<std::uint32_t>(std::min((*newest_s - *frozen_s) / kDayS, kMostStableDays));
  frozen_s_ = *frozen_s;
}

std::optional<ReleasePace> DebianChangelogs::pace(std::string_view package) const {
  const auto it = releases_.find(package);
  if (it == releases_.end()) return std::nullopt;
  const std::vector<DebianRelease>& releases = it->second;
  if (stable_days_) {
    const bool updated = !releases.front().is_development;
    const auto later = std::ranges::count_if(releases, [&](const auto& release) { return release.day_s > frozen_s_; });
    return ReleasePace{updated ? static_cast<std::uint32_t>(later) : 0, *stable_days_, true};
  }
  std::vector<std::int64_t> days_s;
  for (const DebianRelease& release : releases) days_s.push_back(release.day_s);
  return release_pace(days_s);
}

}  // namespace ocitidy::lambda
