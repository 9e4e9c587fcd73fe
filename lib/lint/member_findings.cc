// member_findings.cc - see member_findings.h.
#include "lint/member_findings.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "lint/path_groups.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kGroupsPerLayer = 5;
constexpr std::size_t kMostFindings =
    100;  // of one story: a thousand odd layers are no better told in a thousand lines
constexpr std::size_t kShownPlaces = 20;

/// Paths of one layer, sorted.
struct OddPaths {
  std::uint32_t layer;
  std::vector<std::string_view> paths;
};

Finding finding_of(const OddPaths& odd, const PathGroup& group, const MemberStory& story) {
  const std::size_t count = group.end - group.begin;
  Finding finding{.message = {}, .fix = std::string(story.fix), .where = {}, .severity = story.severity};
  for (std::size_t i = group.begin; i < group.end && i < group.begin + kShownPlaces; ++i) {
    finding.where.push_back(in_layer(odd.layer, odd.paths[i]));
  }
  const std::string first = seen_path(odd.paths[group.begin]);
  if (count == 1) {
    finding.message = cat(first, " ", story.is, ": ", story.why);
  } else {
    finding.message = cat(counted(count, "member", "members"), " of layer ", odd.layer, " ", story.are, " (", first,
                          " and others below ", seen_path(group.common), "): ", story.why);
  }
  return finding;
}

}  // namespace

std::uint64_t report_members(const ImageModel& image, const std::function<bool(const Entry&)>& is_odd,
                             const MemberStory& story, FindingSink& out) {
  std::uint64_t count = 0;
  std::size_t findings = 0;
  for (std::uint32_t layer = 0; layer < image.layers().size(); ++layer) {
    OddPaths odd{.layer = layer, .paths = {}};
    for (const Entry& entry : image.layers()[layer].entries) {
      if (is_odd(entry)) odd.paths.push_back(entry.path);
    }
    count += odd.paths.size();
    std::ranges::sort(odd.paths);
    for (const PathGroup& group : group_paths(odd.paths, kGroupsPerLayer)) {
      if (findings++ < kMostFindings) out.add(finding_of(odd, group, story));
    }
  }
  return count;
}

}  // namespace ocitidy::rules
