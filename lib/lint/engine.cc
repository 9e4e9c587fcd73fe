// engine.cc - selection, running, order.
#include "lint/engine.h"

#include <algorithm>
#include <tuple>

#include "base/parallel.h"
#include "base/text.h"

namespace ocitidy {
namespace {

Result<void> check_known(std::span<const Rule* const> known, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (std::ranges::none_of(known, [&](const Rule* rule) { return rule->info.id == id; })) {
      return fail(Code::invalid_argument, cat("no rule ", quote(id), "; 'ocitidy rules' lists them"));
    }
  }
  return {};
}

bool contains(const std::vector<std::string>& ids, std::string_view id) {
  return std::ranges::find(ids, id) != ids.end();
}

/// A total order on findings of one rule, so that reports do not depend on how a rule walks the image.
bool comes_before(const RuleRun& run, const Finding& a, const Finding& b) {
  const Severity sa = severity_of(run, a), sb = severity_of(run, b);
  if (sa != sb) return sa > sb;
  if (a.inherited != b.inherited) return b.inherited;
  if (a.wasted_bytes != b.wasted_bytes) return a.wasted_bytes > b.wasted_bytes;
  const auto place = [](const Finding& f) {
    return f.where.empty() ? std::tuple<std::string_view, std::string_view, std::uint32_t>{}
                           : std::tuple<std::string_view, std::string_view, std::uint32_t>{
                                 f.where[0].path, f.where[0].json_pointer, f.where[0].layer.value_or(UINT32_MAX)};
  };
  if (place(a) != place(b)) return place(a) < place(b);
  if (a.message != b.message) return a.message < b.message;
  return a.fix < b.fix;
}

/// Many rules share their queries, and each costs time for each file.
template <class Query, class Key>
void keep_one_of_each(std::vector<Query>& queries, Key key) {
  std::ranges::sort(queries, {}, key);
  const auto [first, last] = std::ranges::unique(queries, {}, key);
  queries.erase(first, last);
}

}  // namespace

Result<std::vector<const Rule*>> select_rules(std::span<const Rule* const> known, const LintOptions& options) {
  OCITIDY_CHECK(check_known(known, options.select));
  OCITIDY_CHECK(check_known(known, options.ignore));
  std::vector<const Rule*> chosen;
  for (const Rule* rule : known) {
    const bool wanted =
        options.select.empty() ? rule->info.profiles.has(options.profile) : contains(options.select, rule->info.id);
    if (wanted && !contains(options.ignore, rule->info.id)) chosen.push_back(rule);
  }
  std::ranges::sort(chosen, {}, [](const Rule* rule) { return rule->info.id; });
  return chosen;
}

std::vector<ContentQuery> reads_of(std::span<const Rule* const> rules) {
  std::vector<ContentQuery> all;
  for (const Rule* rule : rules) all.insert(all.end(), rule->info.reads.begin(), rule->info.reads.end());
  keep_one_of_each(all,
                   [](const ContentQuery& query) { return std::tuple(query.glob, query.magic, query.first_bytes); });
  return all;
}

std::vector<TextQuery> texts_of(std::span<const Rule* const> rules) {
  std::vector<TextQuery> all;
  for (const Rule* rule : rules) all.insert(all.end(), rule->info.texts.begin(), rule->info.texts.end());
  keep_one_of_each(all, [](const TextQuery& query) { return std::tuple(query.glob, query.magic, query.text); });
  return all;
}

Facts facts_of(std::span<const Rule* const> rules) {
  Facts all = Facts::none;
  for (const Rule* rule : rules) all = all | rule->info.facts;
  return all;
}

namespace {

RuleRun run_rule(const Rule& rule, const LintInput& input) {
  FindingSink sink;
  RuleRun run{.rule = &rule.info, .outcome = rule.check(input, sink), .findings = sink.take()};
  for (Finding& finding : run.findings) {
    const std::optional<std::uint32_t> layer = finding.where.empty() ? std::nullopt : finding.where.front().layer;
    finding.inherited = layer && *layer < input.base.count;
  }
  std::ranges::sort(run.findings, [&](const Finding& a, const Finding& b) { return comes_before(run, a, b); });
  return run;
}

}  // namespace

std::vector<RuleRun> run_rules(std::span<const Rule* const> rules, const LintInput& input) {
  std::vector<RuleRun> runs(rules.size());
  parallel_for(rules.size(), input.options.threads, [&](std::size_t i) { runs[i] = run_rule(*rules[i], input); });
  return runs;
}

}  // namespace ocitidy
