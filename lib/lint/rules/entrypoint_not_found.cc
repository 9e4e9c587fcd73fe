// entrypoint-not-found: the start command leads to no program that the kernel can load.
// Why and examples: docs/rules/entrypoint-not-found.md
#include <utility>
#include <vector>

#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::Program;
using Problem = Program::Problem;

std::string what(const ImageModel& image, const Program& program) {
  if (program.problem == Problem::no_command)
    return "the config has neither ENTRYPOINT nor CMD: there is nothing to start";
  if (program.problem == Problem::empty_name && program.named_by == Program::NamedBy::script)
    return "the script's first line names no interpreter";
  if (program.problem == Problem::carriage_return)
    return cat("the script's first line ends in CR LF: the kernel looks for ", quote(cat(program.name, "\r")));
  return cat(name_of(image, program), problem_of(image, program));
}

std::string fix(const lambda::StartCommand& start) {
  const Program& program = start.last();
  if (program.problem == Problem::no_command || program.problem == Problem::empty_name) {
    return "name the program by absolute path: ENTRYPOINT [\"/usr/local/bin/python\", \"-m\", \"awslambdaric\"]";
  }
  if (program.problem == Problem::carriage_return)
    return "convert the script to LF line ends: sed -i 's/\\r$//', or dos2unix";
  if (program.named_by == Program::NamedBy::config) {
    return "copy the program into the final stage, or name an existing one by absolute path in ENTRYPOINT";
  }
  return "install the interpreter in the final stage, or name an existing one in the script's first line";
}

/// The config's list and the file at fault: the script whose interpreter fails, or the place where the program should
/// be.
std::vector<Location> where(const ImageModel& image, const lambda::StartCommand& start) {
  const Program& program = start.last();
  Location place;
  if (program.script) {
    place = at_node(image, *program.script);
  } else if (!program.links.empty()) {
    place = at_node(image, program.links.front());
  } else if (program.tried.size() == 1) {
    place = in_tree(program.tried.front());
  }
  place.json_pointer = std::string(start.json_pointer);
  return {std::move(place)};
}

void report_assumed_path(const ImageModel& image, const lambda::StartCommand& start, FindingSink& out) {
  for (const Program& program : start.programs) {
    if (!program.path_assumed) continue;
    out.add({.message =
                 cat(name_of(image, program), " is a bare name, and ENV sets no PATH: only the default PATH finds it"),
             .fix = cat("name it by absolute path, ", seen_path(image.path(*program.file)), ", or set ENV PATH"),
             .where = {in_document(start.json_pointer)},
             .severity = Severity::warning});
    return;
  }
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (!image.config().platform.os.empty() && image.config().platform.os != "linux") {
    return Outcome::not_applicable("not a Linux image");
  }
  const lambda::StartCommand start = lambda::resolve_start(image);
  if (start.starts()) {
    report_assumed_path(image, start, out);
    return Outcome::checked();
  }
  if (start.last().problem != Problem::no_command && has_unread_layer(image)) {
    return Outcome::not_applicable("a layer cannot be read, and may hold the program");
  }
  out.add({.message = what(image, start.last()), .fix = fix(start), .where = where(image, start), .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule entrypoint_not_found = {.info = {.id = "entrypoint-not-found",
                                                      .title = "Start command that leads to no program",
                                                      .since = "0.1.0",
                                                      .category = Category::startup,
                                                      .severity = Severity::error,
                                                      .evidence = Evidence::observed,
                                                      .profiles = kLambdaAndGeneric,
                                                      .reads = {&lambda::kScriptHeads, 1}},
                                             .check = check};

}  // namespace ocitidy::rules
