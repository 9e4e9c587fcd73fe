// rule_test.cc - see rule_test.h.
#include "support/rule_test.h"

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>

#include "base/text.h"
#include "ocitidy/report.h"

namespace ocitidy::test {
namespace {

constexpr unsigned kManyThreads = 4;

std::string json_of(const Report& report) {
  std::string json;
  write_json(report, [&](std::string_view piece) { json += piece; });
  return json;
}

const RuleRun& run_in(const Report& report, std::string_view rule) {
  for (const RuleRun& run : report.runs)
    if (run.rule->id == rule) return run;
  throw std::runtime_error(cat("the report has no rule ", rule));
}

std::string describe_finding(const RuleRun& run, const Finding& finding) {
  std::string text = cat(run.rule->id, " severity=", severity_name(severity_of(run, finding)));
  for (const Location& place : finding.where) {
    text += " at";
    if (place.layer) text += cat(" layer=", *place.layer);
    if (!place.path.empty()) text += cat(" path=", quote(place.path));
    if (!place.json_pointer.empty()) text += cat(" pointer=", place.json_pointer);
  }
  return cat(text, " wasted=", finding.wasted_bytes, ": ", finding.message);
}

bool answers(const RuleRun& run, const Finding& finding, const Expectation& expected) {
  const Location nowhere;
  const Location& place = finding.where.empty() ? nowhere : finding.where.front();
  return (!expected.layer || place.layer == expected.layer) && (!expected.path || place.path == *expected.path) &&
         (!expected.pointer || place.json_pointer == *expected.pointer) &&
         (!expected.severity || severity_of(run, finding) == *expected.severity) &&
         (!expected.wasted_bytes || finding.wasted_bytes == *expected.wasted_bytes) &&
         (!expected.message || finding.message.find(*expected.message) != std::string::npos);
}

/// Pairs findings with expect lines, one to one, as many as can be (augmenting paths). Returns the expectation of
/// each finding, or npos.
std::vector<std::size_t> pair_up(const RuleRun& run, const std::vector<const Expectation*>& expected) {
  constexpr std::size_t kNone = std::string::npos;
  std::vector<std::size_t> of_finding(run.findings.size(), kNone), of_expected(expected.size(), kNone);
  std::vector<bool> seen;
  const std::function<bool(std::size_t)> place = [&](std::size_t finding) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (seen[i] || !answers(run, run.findings[finding], *expected[i])) continue;
      seen[i] = true;
      if (of_expected[i] != kNone && !place(of_expected[i])) continue;
      of_expected[i] = finding;
      of_finding[finding] = i;
      return true;
    }
    return false;
  };
  for (std::size_t finding = 0; finding < run.findings.size(); ++finding) {
    seen.assign(expected.size(), false);
    place(finding);
  }
  return of_finding;
}

void compare_rule(const RuleRun& run, const Recipe& recipe, std::vector<std::string>& out) {
  const bool want_nothing = std::ranges::count(recipe.not_applicable, run.rule->id) > 0;
  if (run.outcome.applicable == want_nothing)
    out.push_back(want_nothing ? cat(run.rule->id, " judged the image")
                               : cat(run.rule->id, " was not applicable: ", run.outcome.reason));
  std::vector<const Expectation*> expected;
  for (const Expectation& expectation : recipe.expectations) {
    if (expectation.rule == run.rule->id) expected.insert(expected.end(), expectation.times, &expectation);
  }
  const std::vector<std::size_t> pairs = pair_up(run, expected);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i] == std::string::npos) out.push_back(cat("not expected: ", describe_finding(run, run.findings[i])));
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::ranges::count(pairs, i) == 0)
      out.push_back(cat("line ", expected[i]->line, ": no finding answers this expect ", expected[i]->rule));
  }
}

/// A rule run alone has only the file heads it declared: it must say the same as among all others.
void compare_alone(const RuleRun& among_all, const Image& image, LintOptions options, std::vector<std::string>& out) {
  options.select = {std::string(among_all.rule->id)};
  const Result<Report> report = lint(image, options);
  if (!report) {
    out.push_back(cat("alone: ", describe(report.error())));
    return;
  }
  const auto texts = [](const RuleRun& run) {
    std::vector<std::string> all;
    for (const Finding& finding : run.findings) all.push_back(describe_finding(run, finding) + finding.fix);
    return all;
  };
  const RuleRun& alone = run_in(*report, among_all.rule->id);
  if (texts(alone) != texts(among_all) || alone.outcome.applicable != among_all.outcome.applicable)
    out.push_back(cat(among_all.rule->id, " says something else when it runs alone: does it read what it declares?"));
}

}  // namespace

Image image_of(std::string_view recipe) {
  const Result<Recipe> parsed = parse_recipe(recipe);
  if (parsed) return build_image(parsed->image).image;
  ADD_FAILURE() << describe(parsed.error());
  throw std::runtime_error("no image: the recipe is wrong");
}

RuleRun run_rule(std::string_view rule, const Image& image, LintOptions options) {
  options.select = {std::string(rule)};
  const Result<Report> report = lint(image, options);
  if (report) return run_in(*report, rule);
  ADD_FAILURE() << describe(report.error());
  throw std::runtime_error("no report: the image cannot be linted");
}

std::vector<Finding> expect_finds(std::string_view rule, const Image& image, LintOptions options) {
  const RuleRun run = run_rule(rule, image, std::move(options));
  EXPECT_TRUE(run.outcome.applicable) << rule << " was not applicable: " << run.outcome.reason;
  EXPECT_FALSE(run.findings.empty()) << rule << " found nothing";
  return run.findings;
}

void expect_silent(std::string_view rule, const Image& image, LintOptions options) {
  const RuleRun run = run_rule(rule, image, std::move(options));
  EXPECT_TRUE(run.outcome.applicable) << rule << " was not applicable: " << run.outcome.reason;
  for (const Finding& finding : run.findings) ADD_FAILURE() << "not expected: " << describe_finding(run, finding);
}

void expect_not_applicable(std::string_view rule, const Image& image, LintOptions options) {
  const RuleRun run = run_rule(rule, image, std::move(options));
  EXPECT_FALSE(run.outcome.applicable) << rule << " judged the image";
  EXPECT_TRUE(run.outcome.applicable || !run.outcome.reason.empty()) << rule << " does not say why";
  for (const Finding& finding : run.findings) ADD_FAILURE() << "not expected: " << describe_finding(run, finding);
}

std::vector<std::string> recipe_disagreements(std::string_view rule, std::string_view text) {
  const Result<Recipe> recipe = parse_recipe(text);
  if (!recipe) return {describe(recipe.error())};
  std::set<std::string, std::less<>> judged{std::string(rule)};
  for (const Expectation& expectation : recipe->expectations) judged.insert(expectation.rule);
  judged.insert(recipe->not_applicable.begin(), recipe->not_applicable.end());
  std::vector<std::string> out;
  for (const std::string& id : judged)
    if (find_rule(id) == nullptr) out.push_back(cat("there is no rule ", quote(id)));
  if (!out.empty()) return out;

  const Image image = build_image(recipe->image).image;
  LintOptions options = recipe->options;
  const Result<Report> one = lint(image, options);
  options.threads = kManyThreads;
  const Result<Report> many = lint(image, options);
  if (!one || !many) return {cat("lint: ", describe((one ? many : one).error()))};
  if (json_of(*one) != json_of(*many)) out.push_back(cat("the report differs at 1 and ", kManyThreads, " threads"));
  for (const std::string& id : judged) {
    compare_rule(run_in(*one, id), *recipe, out);
    compare_alone(run_in(*one, id), image, recipe->options, out);
  }
  return out;
}

}  // namespace ocitidy::test
