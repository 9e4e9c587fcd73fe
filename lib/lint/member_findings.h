// member_findings.h - tar members that are odd in one way, told in few findings: grouped by layer and directory.
#pragma once

#include <functional>
#include <string_view>

#include "ocitidy/rule.h"

namespace ocitidy::rules {

struct MemberStory {
  std::string_view is, are;  ///< "stands in the layer twice", "stand in the layer twice"
  std::string_view why;      ///< behind a colon
  std::string_view fix;
  Severity severity = Severity::warning;
};

/// Reports the members of all layers for which `is_odd` holds. Returns how many there are.
std::uint64_t report_members(const ImageModel& image, const std::function<bool(const Entry&)>& is_odd,
                             const MemberStory& story, FindingSink& out);

}  // namespace ocitidy::rules
