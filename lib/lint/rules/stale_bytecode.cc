// stale-bytecode: bytecode that Python sets aside, since it names another time, size or Python than is there.
// Why and examples: docs/rules/stale-bytecode.md
#include <vector>

#include "base/text.h"
#include "lambda/bytecode.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::ImportRoot;
using lambda::ModuleTally;

std::string reasons(const ModuleTally& tally) {
  std::vector<std::string> all;
  if (tally.other_time > 0) all.push_back(cat(tally.other_time, " by the source's time"));
  if (tally.other_size > 0) all.push_back(cat(tally.other_size, " by its size"));
  if (tally.other_python > 0) all.push_back(cat(tally.other_python, " by the version of Python"));
  return listed(all, all.size());
}

void report(const LintInput& in, unsigned minor, const ImportRoot& root, const ModuleTally& tally, FindingSink& out) {
  const std::uint64_t ms = lambda::compile_ms(tally.stale_bytes);
  const bool grave = lambda::is_much(root, tally, tally.stale, tally.stale_bytes);
  const Node first = in.image.node(*tally.first_stale);
  out.add({.message = cat(tally.stale, " of ", tally.modules, " modules below ", seen_path(root.path), " (",
                          human_bytes(tally.stale_bytes), " of source) have bytecode that Python 3.", minor,
                          " sets aside, ", reasons(tally), ": every cold start compiles those that it imports, about ",
                          ms / 1000, ".", ms / 100 % 10, " s for all of them; the first is ",
                          seen_path(in.image.path(*tally.first_stale)), ", whose time is ", first.mtime_s),
           .fix = cat("do not change times after compiling, or let Python not look at them: RUN python3.", minor,
                      " -m compileall -q -f --invalidation-mode unchecked-hash ", seen_path(root.path)),
           .where = {in_layer(first.layer, root.path)},
           .severity = grave ? Severity::warning : Severity::info});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const auto survey = lambda::survey_bytecode(in.image);
  if (!survey) return Outcome::not_applicable("the function is not seen to run on Python 3");
  for (const ImportRoot& root : survey->roots) {
    for (const auto& [layer, tally] : root.layers) {
      if (tally.stale > 0) report(in, survey->minor, root, tally, out);
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule stale_bytecode = {.info = {.id = "stale-bytecode",
                                                .title = "Python bytecode that does not fit its source",
                                                .since = "0.1.0",
                                                .category = Category::startup,
                                                .severity = Severity::warning,
                                                .evidence = Evidence::observed,
                                                .reads = lambda::kBytecodeReads},
                                       .check = check};

}  // namespace ocitidy::rules
