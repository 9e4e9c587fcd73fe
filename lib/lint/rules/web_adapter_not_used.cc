// web-adapter-not-used: AWS Lambda Web Adapter is there, and an AWS runtime starts in place of a web server.
// Why and examples: docs/rules/web-adapter-not-used.md
#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lambda/extensions.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// Did the function bring its own bootstrap? Then that may be the server.
bool has_own_bootstrap(const LintInput& in) {
  const std::optional<NodeId> bootstrap = in.image.resolve(lambda::kBootstrap);
  return !bootstrap || (in.base.count > 0 && in.image.node(*bootstrap).layer >= in.base.count);
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const ImageModel& image = in.image;
  const std::optional<NodeId> adapter = lambda::web_adapter(image);
  if (!adapter) return Outcome::not_applicable("no web adapter in /opt/extensions");
  if (lambda::extensions_disabled(image)) return Outcome::not_applicable("extensions are disabled by a file");
  const std::vector<std::string>& entrypoint = image.config().entrypoint;
  if (entrypoint.empty() || entrypoint.front() != lambda::kBaseImageEntrypoint) return Outcome::checked();
  const bool has_language = image.resolve("/var/lang/bin").has_value() ||
                            image.resolve("/var/runtime/Amazon.Lambda.RuntimeSupport.dll").has_value();
  if (!has_language || has_own_bootstrap(in)) {
    return Outcome::not_applicable("a base image without a language: its bootstrap may be the server");
  }
  if (!env_value(image.config(), "AWS_LAMBDA_EXEC_WRAPPER").value_or("").empty()) {
    return Outcome::not_applicable("AWS_LAMBDA_EXEC_WRAPPER may start the server");
  }
  out.add({.message = cat(seen_path(image.path(*adapter)), " waits for a web server, but ENTRYPOINT ",
                          quote(entrypoint.front()), " starts the base image's runtime and passes it CMD as a handler"),
           .fix = "name the server: ENTRYPOINT [\"python\", \"-m\", \"uvicorn\", ...], or ENTRYPOINT [] and CMD with "
                  "the server; for a plain handler leave the adapter out",
           .where = {in_document("/config/Entrypoint"), at_node(image, *adapter)},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule web_adapter_not_used = {
    .info = {.id = "web-adapter-not-used",
             .title = "Web adapter beside an AWS runtime that starts instead of the server",
             .since = "0.1.0",
             .category = Category::startup,
             .severity = Severity::error,
             .evidence = Evidence::documented,
             .profiles = kLambdaOnly,
             .texts = {&lambda::kWebAdapterText, 1}},
    .check = check};

}  // namespace ocitidy::rules
