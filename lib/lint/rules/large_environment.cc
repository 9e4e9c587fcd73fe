// large-environment: more bytes of ENV than a function's own variables may have.
// Why and examples: docs/rules/large-environment.md
#include <algorithm>

#include "base/text.h"
#include "lambda/limits.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no ENV");
  const std::vector<std::string>& env = in.image.config().env;
  std::size_t bytes = 0;
  for (const std::string& variable : env) bytes += variable.size();
  if (bytes <= lambda::kMaxFunctionEnvBytes) return Outcome::checked();
  const auto largest = std::ranges::max_element(env, {}, &std::string::size);
  const auto at = static_cast<std::size_t>(largest - env.begin());
  out.add({.message = cat("ENV holds ", counted(env.size(), "variable", "variables"), " of ", bytes,
                          " bytes; the largest, ", quote(largest->substr(0, largest->find('='))), ", has ",
                          largest->size(), ". A function's own variables may have ", lambda::kMaxFunctionEnvBytes,
                          " bytes in all. Those of the image count apart, as far as is known, but none of this can be "
                          "moved there or overridden together"),
           .fix = "put large values into a file of the image, and let a variable name that",
           .where = {in_document(cat("/config/Env/", at))},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule large_environment = {.info = {.id = "large-environment",
                                                   .title = "ENV larger than a function's own variables may be",
                                                   .since = "0.1.0",
                                                   .category = Category::hygiene,
                                                   .severity = Severity::info,
                                                   .evidence = Evidence::documented},
                                          .check = check};

}  // namespace ocitidy::rules
