// missing-bootstrap: AWS base image without the bootstrap that its entrypoint starts.
// Why and examples: docs/rules/missing-bootstrap.md
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "lambda/aws_entrypoint.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// Where people put the file by mistake, or where zip functions have it.
std::string elsewhere(const ImageModel& image) {
  for (const std::string_view path : {"var/task/bootstrap", "opt/bootstrap", "bootstrap"}) {
    const auto node = image.resolve(path);
    if (node && image.node(*node).type == EntryType::file) return cat("/", path);
  }
  return {};
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (!lambda::starts_as_aws_base(image)) {
    return Outcome::not_applicable("the start command is not the entrypoint of an AWS base image");
  }
  if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and may hold the bootstrap");
  const lambda::Program bootstrap =
      lambda::find_program(image, {.named_by = lambda::Program::NamedBy::base, .text = lambda::kBootstrap});
  if (bootstrap.problem == lambda::Program::Problem::none) return Outcome::checked();
  const std::string found = elsewhere(image);
  const std::string name = std::string(lambda::kBootstrap);
  Location where = bootstrap.links.empty() ? in_tree(lambda::kBootstrap) : at_node(image, bootstrap.links.front());
  if (const auto node = image.find(lambda::kBootstrap)) where = at_node(image, *node);
  out.add({.message = cat(name_of(image, bootstrap), problem_of(image, bootstrap),
                          found.empty() ? "" : cat("; ", found, " is there, but the entrypoint does not look for it")),
           .fix = found.empty() ? cat("COPY --chmod=755 bootstrap ", name, ", or name your program in ENTRYPOINT")
                                : cat("copy it to ", name, ", or set ENTRYPOINT [\"", found, "\"]"),
           .where = {std::move(where)},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_bootstrap = {
    .info = {.id = "missing-bootstrap",
             .title = "AWS base image without the bootstrap that its entrypoint starts",
             .since = "0.1.0",
             .category = Category::startup,
             .severity = Severity::error,
             .evidence = Evidence::observed,
             .profiles = kLambdaOnly,
             .reads = lambda::kStartReads},
    .check = check};

}  // namespace ocitidy::rules
