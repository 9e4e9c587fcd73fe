// too-many-extensions: /opt/extensions holds more files than Lambda registers extensions.
// Why and examples: docs/rules/too-many-extensions.md
#include "base/text.h"
#include "lambda/extensions.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const std::vector<NodeId> files = lambda::extension_files(in.image);
  if (files.empty()) return Outcome::not_applicable("no extensions: /opt/extensions holds no file");
  if (lambda::extensions_disabled(in.image)) return Outcome::not_applicable("extensions are disabled by a file");
  if (files.size() <= lambda::kMaxExtensions) return Outcome::checked();
  std::vector<std::string> names;
  for (const NodeId file : files) names.push_back(quote(in.image.name(file)));
  out.add({.message = cat("/opt/extensions holds ", files.size(), " files, and Lambda registers at most ",
                          lambda::kMaxExtensions, " extensions: ", listed(names, 12)),
           .fix = cat("remove ", files.size() - lambda::kMaxExtensions,
                      " or more; what is no extension belongs outside /opt/extensions"),
           .where = {at_node(in.image, files.back())},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule too_many_extensions = {.info = {.id = "too-many-extensions",
                                                     .title = "More extensions than Lambda registers",
                                                     .since = "0.1.0",
                                                     .category = Category::startup,
                                                     .severity = Severity::error,
                                                     .evidence = Evidence::observed,
                                                     .profiles = kLambdaOnly},
                                            .check = check};

}  // namespace ocitidy::rules
