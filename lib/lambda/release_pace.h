// release_pace.h - how often a package was released, by the dates in its changelog. No clock is asked: time is counted
// back from the newest entry.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "lambda/components.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// Two years: a stable release of a distribution and what led to it.
inline constexpr std::uint32_t kPaceDays = 730;

/// Days with a release, of `times_s` (since 1970-01-01 UTC, in any order), in the kPaceDays up to the newest. When all
/// are younger: how many followed the oldest, and in how many days. None when that says nothing. n log n.
std::optional<ReleasePace> release_pace(std::span<const std::int64_t> times_s);

/// That of the changelog that a Debian package left below usr/share/doc, as far as the scan kept it.
std::optional<ReleasePace> debian_release_pace(const ImageModel& image, std::string_view package);

}  // namespace ocitidy::lambda
