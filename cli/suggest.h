// suggest.h - "did you mean ...?" for the ids of rules and passes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/result.h"

namespace ocitidy::cli {

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`. Cost: a.size() * b.size().
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Errors: invalid_argument for the first id that no rule has, with the nearest one that there is.
Result<void> check_rule_ids(const std::vector<std::string>& ids);
Result<void> check_pass_ids(const std::vector<std::string>& ids);
/// The same for one id, of a rule or a pass.
Result<void> check_id(const std::string& id);

}  // namespace ocitidy::cli
