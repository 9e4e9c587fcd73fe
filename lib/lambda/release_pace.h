// release_pace.h - how often a package was released, by the dates in its changelog. No clock is asked: time is counted
// back from the newest entry.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/debian_changelog.h"
#include "lambda/components.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// Two years: a stable release of a distribution and what led to it.
inline constexpr std::uint32_t kPaceDays = 730;

/// Days with a release, of `times_s` (since 1970-01-01 UTC, in any order), in the kPaceDays up to the newest. When all
/// are younger: how many followed the oldest, and in how many days. None when that says nothing. n log n.
std::optional<ReleasePace> release_pace(std::span<const std::int64_t> times_s);

/// The changelogs that Debian packages left below usr/share/doc, as far as the scan kept them.
///
/// Whoever builds on a stable release meets its updates only, a few in its life, not the uploads that led to it. An
/// image is of a stable release when any package of it is such an update. The time since runs from the newest package
/// that is none, and so came with the release, to the newest update.
class DebianChangelogs {
 public:
  /// Linear in the changelogs' heads.
  DebianChangelogs(const ImageModel& image, std::span<const std::string_view> packages);

  /// None when the changelog is not there, or says nothing.
  std::optional<ReleasePace> pace(std::string_view package) const;

 private:
  std::map<std::string_view, std::vector<DebianRelease>, std::less<>> releases_;
  std::optional<std::uint32_t> stable_days_;  // none: not of a stable release
  std::int64_t frozen_s_ = 0;                 // when that was made
};

}  // namespace ocitidy::lambda
