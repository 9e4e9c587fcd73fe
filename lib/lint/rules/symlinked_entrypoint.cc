// symlinked-entrypoint: Start command that is a symbolic link.
// Why and examples: docs/rules/symlinked-entrypoint.md
#include <string>
#include <utility>

#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const lambda::StartCommand start = lambda::resolve_start(image);
  const lambda::Program& program = start.programs.front();
  if (!program.file) return Outcome::not_applicable("the start command leads to no program");
  if (program.links.empty()) return Outcome::checked();
  Location where = at_node(image, program.links.front());
  where.json_pointer = std::string(start.json_pointer);
  const std::string target = seen_path(image.path(*program.file));
  out.add({.message = cat(name_of(image, program), " is a symbolic link to ", target,
                          ": AWS says to use none here, though its own examples do, and they run"),
           .fix = cat("nothing, if the function starts; else name ", target, " itself"),
           .where = {std::move(where)},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule symlinked_entrypoint = {.info = {.id = "symlinked-entrypoint",
                                                      .title = "Start command that is a symbolic link",
                                                      .since = "0.1.0",
                                                      .category = Category::startup,
                                                      .severity = Severity::info,
                                                      .evidence = Evidence::documented,
                                                      .profiles = kLambdaOnly,
                                                      .reads = {&lambda::kScriptHeads, 1}},
                                             .check = check};

}  // namespace ocitidy::rules
