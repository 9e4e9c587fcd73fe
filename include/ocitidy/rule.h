// rule.h - what a rule is: metadata and one pure function from the model to findings.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "ocitidy/finding.h"

namespace ocitidy {

enum class Category : std::uint8_t { deploy, startup, runtime, size, hygiene };
std::string_view category_name(Category category);

/// How we know: AWS documents it; linked threads or source show it; or we infer it.
enum class Evidence : std::uint8_t { documented, observed, inferred };
std::string_view evidence_name(Evidence evidence);

/// File heads a rule wants to look at. `glob` is matched against Entry::path: '*' stops at '/', '**' does not.
struct ContentQuery {
  std::string_view glob;
  std::uint32_t first_bytes = 0;
  std::string_view magic{};  ///< only files that begin with these bytes
};

struct LintOptions {
  std::vector<std::string> select;  ///< rule ids; empty: all
  std::vector<std::string> ignore;  ///< rule ids
  std::optional<Platform> platform;
  Limits limits;
  unsigned threads = 1;                  ///< never changes the result
  std::uint64_t min_waste_bytes = 4096;  ///< smaller wastes are not worth a line: one page of the file system
};

struct LintInput {
  const ImageModel& image;
  const LintOptions& options;
};

class FindingSink {
 public:
  void add(Finding finding) { all_.push_back(std::move(finding)); }
  std::vector<Finding> take() { return std::move(all_); }

 private:
  std::vector<Finding> all_;
};

struct RuleInfo {
  std::string_view id;     ///< kebab-case, names the problem, never reused
  std::string_view title;  ///< one line, no full stop
  std::string_view since;
  Category category = Category::hygiene;
  Severity severity = Severity::warning;
  Evidence evidence = Evidence::inferred;
  std::span<const ContentQuery> reads{};
  std::string_view fixed_by{};  ///< pass id, if one can repair it
};

struct Rule {
  RuleInfo info;
  /// Pure: looks at `in` only, touches nothing else.
  Outcome (*check)(const LintInput& in, FindingSink& out) = nullptr;
};

/// Every rule, sorted by id.
std::span<const Rule* const> all_rules();
/// nullptr when there is none.
const Rule* find_rule(std::string_view id);
/// The rule's page, docs/rules/<id>.md, as it was when the library was built. Empty for an unknown id.
std::string_view rule_page(std::string_view id);

}  // namespace ocitidy
