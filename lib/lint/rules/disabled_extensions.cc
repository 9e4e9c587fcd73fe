// disabled-extensions: a file tells Lambda to start no extension.
// Why and examples: docs/rules/disabled-extensions.md
#include "base/text.h"
#include "lambda/extensions.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const std::optional<NodeId> file = in.image.find(lambda::kDisableExtensions);
  if (!file) return Outcome::checked();
  const std::size_t count = lambda::extension_files(in.image).size();
  out.add({.message = cat(seen_path(lambda::kDisableExtensions), " makes Lambda start no extension, ",
                          count == 0 ? "and there is none in the image"
                                     : cat("and ", counted(count, "file", "files"), " in /opt/extensions ",
                                           count == 1 ? "waits" : "wait", " in vain")),
           .fix = cat("RUN rm ", seen_path(lambda::kDisableExtensions), " in the step that makes it"),
           .where = {at_node(in.image, *file)},
           .severity = count == 0 ? std::optional(Severity::info) : std::nullopt});
  return Outcome::checked();
}

}  // namespace

constinit const Rule disabled_extensions = {.info = {.id = "disabled-extensions",
                                                     .title = "Extensions switched off by a file",
                                                     .since = "0.1.0",
                                                     .category = Category::runtime,
                                                     .severity = Severity::warning,
                                                     .evidence = Evidence::observed,
                                                     .profiles = kLambdaOnly},
                                            .check = check};

}  // namespace ocitidy::rules
