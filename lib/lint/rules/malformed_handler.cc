// malformed-handler: the handler cannot be split into what its runtime wants, whatever files there are.
// Why and examples: docs/rules/malformed-handler.md
#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lambda/handler.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

std::string_view example(lambda::HandlerRuntime runtime) {
  switch (runtime) {
    case lambda::HandlerRuntime::python:
      return "app.handler: the function handler in app.py";
    case lambda::HandlerRuntime::node:
      return "index.handler: the export handler of index.js, index.mjs or index.cjs";
    case lambda::HandlerRuntime::java:
      return "example.Handler::handleRequest";
    case lambda::HandlerRuntime::ruby:
      return "app.handler, or app.App::Handler.process: the method in app.rb";
    case lambda::HandlerRuntime::dotnet:
      return "Assembly::Namespace.Type::Method";
  }
  return {};
}

/// A client that is started without any handler.
void report_none(const ImageConfig& config, lambda::HandlerRuntime runtime, FindingSink& out) {
  const bool dropped = !config.entrypoint.empty() && !config.cmd.empty() && !config.cmd.back().empty();
  out.add({.message = cat("the start command gives the runtime interface client of ",
                          lambda::handler_runtime_name(runtime), " no handler",
                          dropped ? ": the shell of ENTRYPOINT does not pass CMD on"
                                  : ", unless the image configuration of the function gives CMD"),
           .fix = dropped ? std::string("write ENTRYPOINT in exec form, so that CMD is added to it")
                          : cat("add CMD with the handler, like ", example(runtime)),
           .where = {in_document(config.cmd.empty() || dropped ? "/config/Entrypoint" : "/config/Cmd")},
           .severity = {}});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const lambda::HandlerSearch search = lambda::find_handler(in.image);
  if (search.given_none) {
    report_none(in.image.config(), *search.given_none, out);
    return Outcome::checked();
  }
  if (!search.handler) return Outcome::not_applicable(search.why_none);
  const std::string problem = lambda::malformed(*search.handler);
  if (problem.empty()) return Outcome::checked();
  out.add({.message = cat("the ", lambda::handler_runtime_name(search.handler->runtime), " handler ",
                          quote(search.handler->text), " ", problem),
           .fix = cat("write it like ", example(search.handler->runtime)),
           .where = {in_document(search.handler->json_pointer)},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule malformed_handler = {.info = {.id = "malformed-handler",
                                                   .title = "Handler that its runtime cannot read",
                                                   .since = "0.1.0",
                                                   .category = Category::startup,
                                                   .severity = Severity::error,
                                                   .evidence = Evidence::observed,
                                                   .profiles = kLambdaOnly,
                                                   .reads = lambda::kStartReads},
                                          .check = check};

}  // namespace ocitidy::rules
