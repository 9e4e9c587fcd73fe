// suggest.cc - see suggest.h.
#include "suggest.h"

#include <algorithm>

#include "ocitidy/escape.h"
#include "ocitidy/rule.h"

namespace ocitidy::cli {
namespace {

constexpr std::size_t kLongestGuess = 200;  // bounds the work for nonsense

/// The rule id that `wrong` most probably stands for; "" when none is near.
std::string_view nearest_rule(std::string_view wrong) {
  if (wrong.empty() || wrong.size() > kLongestGuess) return "";
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const Rule* rule : all_rules()) {
    const std::size_t distance = edit_distance(wrong, rule->info.id);
    if (distance < least) {
      least = distance;
      nearest = rule->info.id;
    }
  }
  if (!nearest.empty() || wrong.size() < 4) return nearest;
  for (const Rule* rule : all_rules()) {
    if (rule->info.id.find(wrong) != std::string_view::npos) return rule->info.id;
  }
  return "";
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: three rows of the table are alive at a time.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

Result<void> check_rule_ids(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (find_rule(id) != nullptr) continue;
    const std::string_view nearest = nearest_rule(id);
    const std::string hint =
        nearest.empty() ? "'ocitidy rules' lists them" : "did you mean '" + std::string(nearest) + "'?";
    return fail(Code::invalid_argument, "no rule '" + escape_for_terminal(id) + "'; " + hint);
  }
  return {};
}

}  // namespace ocitidy::cli
