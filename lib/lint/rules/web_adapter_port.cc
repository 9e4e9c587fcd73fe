// web-adapter-port: AWS Lambda Web Adapter waits on one port, and the server listens on another.
// Why and examples: docs/rules/web-adapter-port.md
#include "base/text.h"
#include "lambda/extensions.h"
#include "lambda/server_port.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const std::optional<NodeId> adapter = lambda::web_adapter(in.image);
  if (!adapter) return Outcome::not_applicable("no web adapter in /opt/extensions");
  const std::optional<lambda::ServerPort> server = lambda::server_port(in.image.config());
  if (!server) return Outcome::not_applicable("neither the start command nor ENV tells the server's port");
  const lambda::AdapterPort waits = lambda::adapter_port(in.image.config());
  if (!waits.port || *waits.port == server->port) return Outcome::checked();
  out.add({.message = cat("the web adapter waits on port ", *waits.port, " (", waits.because,
                          "), but the server listens on ", server->port, " (", server->because, ")"),
           .fix = cat("set ENV AWS_LWA_PORT=", server->port, ", or make the server listen on ", *waits.port),
           .where = {in_document(server->json_pointer), at_node(in.image, *adapter)},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule web_adapter_port = {.info = {.id = "web-adapter-port",
                                                  .title = "Web adapter that waits on another port than the server's",
                                                  .since = "0.1.0",
                                                  .category = Category::startup,
                                                  .severity = Severity::warning,
                                                  .evidence = Evidence::observed,
                                                  .profiles = kLambdaOnly,
                                                  .texts = {&lambda::kWebAdapterText, 1}},
                                         .check = check};

}  // namespace ocitidy::rules
