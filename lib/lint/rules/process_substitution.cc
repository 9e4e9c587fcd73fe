// process-substitution: Process substitution in an entry script.
// Why and examples: docs/rules/process-substitution.md
#include <string>
#include <vector>

#include "base/text.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const lambda::StartChain chain = lambda::follow_start(image);
  if (chain.scripts.empty()) return Outcome::not_applicable("no shell script that can be read starts the function");
  for (const lambda::StartScript& script : chain.scripts) {
    const auto& lines = script.shell.process_substitutions;
    if (lines.empty()) continue;
    constexpr std::size_t kShown = 6;
    std::vector<std::string> numbers;
    for (const unsigned line : lines) numbers.push_back(std::to_string(line));
    out.add(
        {.message = cat(name_of(image, script), " uses <(...) or >(...) in ", lines.size() == 1 ? "line " : "lines ",
                        listed(numbers, kShown), ": bash opens /dev/fd for it, which is missing on Lambda"),
         .fix = "use a pipe, or a file below /tmp: mkfifo /tmp/log; tee </tmp/log & exec >/tmp/log",
         .where = {where_is(image, script)},
         .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule process_substitution = {.info = {.id = "process-substitution",
                                                      .title = "Process substitution in an entry script",
                                                      .since = "0.1.0",
                                                      .category = Category::runtime,
                                                      .severity = Severity::warning,
                                                      .evidence = Evidence::observed,
                                                      .profiles = kLambdaOnly,
                                                      .reads = lambda::kStartReads},
                                             .check = check};

}  // namespace ocitidy::rules
