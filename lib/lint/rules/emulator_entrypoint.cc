// emulator-entrypoint: Start command that is the runtime interface emulator.
// Why and examples: docs/rules/emulator-entrypoint.md
#include "base/text.h"
#include "lambda/program_file.h"
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
  for (const lambda::Program& program : chain.programs) {
    if (!file_name(program.name).starts_with(lambda::kEmulator)) continue;
    if (program.problem != lambda::Program::Problem::none) continue;  // entrypoint-not-found or broken-exec-target
    out.add({.message = cat(name_of(image, program),
                            " is the runtime interface emulator: it waits for requests of its own, "
                            "never asks Lambda for one, and the function ends in an init timeout"),
             .fix = program.script
                        ? "start the emulator only where AWS_LAMBDA_RUNTIME_API is not set: if [ -z "
                          "\"$AWS_LAMBDA_RUNTIME_API\" ]"
                        : "name the runtime in ENTRYPOINT, and give the emulator at test time: docker run --entrypoint",
             .where = {where_named(image, program)},
             .severity = {}});
    break;
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule emulator_entrypoint = {.info = {.id = "emulator-entrypoint",
                                                     .title = "Start command that is the runtime interface emulator",
                                                     .since = "0.1.0",
                                                     .category = Category::startup,
                                                     .severity = Severity::error,
                                                     .evidence = Evidence::documented,
                                                     .profiles = kLambdaOnly,
                                                     .reads = lambda::kStartReads},
                                            .check = check};

}  // namespace ocitidy::rules
