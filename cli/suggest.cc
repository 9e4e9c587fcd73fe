// suggest.cc - see suggest.h.
#include "suggest.h"

#include <algorithm>
#include <iterator>

#include "ocitidy/escape.h"
#include "ocitidy/optimize.h"
#include "ocitidy/rule.h"

namespace ocitidy::cli {
namespace {

constexpr std::size_t kLongestGuess = 200;  // bounds the work for nonsense

using Ids = std::vector<std::string_view>;

Ids rule_ids() {
  Ids ids;
  for (const Rule* rule : all_rules()) ids.push_back(rule->info.id);
  return ids;
}

Ids pass_ids() {
  Ids ids;
  for (const PassInfo* pass : all_passes()) ids.push_back(pass->id);
  return ids;
}

/// The id that `wrong` most probably stands for; "" when none is near.
std::string_view nearest_id(std::string_view wrong, const Ids& known) {
  if (wrong.empty() || wrong.size() > kLongestGuess) return "";
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const std::string_view id : known) {
    const std::size_t distance = edit_distance(wrong, id);
    if (distance < least) {
      least = distance;
      nearest = id;
    }
  }
  if (!nearest.empty() || wrong.size() < 4) return nearest;
  const auto within = std::ranges::find_if(known, [&](auto id) { return id.find(wrong) != std::string_view::npos; });
  return within == known.end() ? "" : *within;
}

Result<void> check_known(const std::string& id, const Ids& known, const std::string& kind, const std::string& where) {
  if (std::ranges::find(known, id) != known.end()) return {};
  const std::string_view nearest = nearest_id(id, known);
  const std::string hint = nearest.empty() ? where : "did you mean '" + std::string(nearest) + "'?";
  return fail(Code::invalid_argument, "no " + kind + " '" + escape_for_terminal(id) + "'; " + hint);
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
  const Ids known = rule_ids();
  for (const std::string& id : ids) OCITIDY_CHECK(check_known(id, known, "rule", "'ocitidy rules' lists them"));
  return {};
}

Result<void> check_pass_ids(const std::vector<std::string>& ids) {
  const Ids known = pass_ids();
  for (const std::string& id : ids) OCITIDY_CHECK(check_known(id, known, "pass", "'ocitidy passes' lists them"));
  return {};
}

Result<void> check_id(const std::string& id) {
  Ids known = rule_ids();
  std::ranges::copy(pass_ids(), std::back_inserter(known));
  return check_known(id, known, "rule or pass", "'ocitidy rules' and 'ocitidy passes' list them");
}

}  // namespace ocitidy::cli
