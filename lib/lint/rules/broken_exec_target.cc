// broken-exec-target: Entry script that starts a program which is not there.
// Why and examples: docs/rules/broken-exec-target.md
#include <optional>
#include <set>
#include <string>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/aws_entrypoint.h"
#include "lambda/program_file.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::Program;

/// How a message calls a program of the chain; of an interpreter it also says whose.
std::string called(const ImageModel& image, const Program& program) {
  const bool interpreter = program.named_by == Program::NamedBy::script || program.named_by == Program::NamedBy::env;
  if (!interpreter || !program.script) return name_of(image, program);
  return cat("the first line of ", seen_path(image.path(*program.script)), ": ", name_of(image, program));
}

void report(const ImageModel& image, const Program& program, bool certain, FindingSink& out) {
  const bool carriage_return = program.problem == Program::Problem::carriage_return;
  out.add({.message = cat(called(image, program), problem_of(image, program),
                          certain ? "" : ". It stands under a condition that cannot be judged here"),
           .fix = carriage_return ? "convert the script to LF line ends: sed -i 's/\\r$//', or dos2unix"
                                  : cat("COPY the program into the final stage, or correct", line_of(program),
                                        " to a path that is there"),
           .where = {where_named(image, program)},
           .severity = certain ? std::nullopt : std::optional(Severity::warning)});
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (!image.config().platform.os.empty() && image.config().platform.os != "linux") {
    return Outcome::not_applicable("not a Linux image");
  }
  if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and may hold the program");
  const lambda::StartChain chain = lambda::follow_start(image);
  const std::size_t direct = lambda::resolve_start(image).programs.size();  // entrypoint-not-found judges these
  if (chain.scripts.empty() && chain.programs.size() == direct) {
    return Outcome::not_applicable("the start command is no shell script that can be read, and no launcher");
  }
  const Program& last = chain.last();
  const bool bootstrap = last.name == lambda::kBootstrap && lambda::starts_as_aws_base(image);  // missing-bootstrap's
  if (chain.programs.size() > direct && last.problem != Program::Problem::none && !bootstrap) {
    report(image, last, true, out);
  }
  std::set<std::string> told;
  for (const Program& branch : chain.branches) {
    if (file_name(branch.name).starts_with(lambda::kEmulator)) continue;  // for other machines, whatever the test
    if (branch.problem == Program::Problem::none || !told.insert(branch.name).second) continue;
    report(image, branch, false, out);
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule broken_exec_target = {.info = {.id = "broken-exec-target",
                                                    .title = "Entry script that starts a program which is not there",
                                                    .since = "0.1.0",
                                                    .category = Category::startup,
                                                    .severity = Severity::error,
                                                    .evidence = Evidence::observed,
                                                    .profiles = kLambdaAndGeneric,
                                                    .reads = lambda::kStartReads},
                                           .check = check};

}  // namespace ocitidy::rules
