// server-writes-outside-tmp: servers that write into their own folders, where Lambda is read-only.
// Why and examples: docs/rules/server-writes-outside-tmp.md
#include "base/text.h"
#include "lambda/servers.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  for (const lambda::ServerWrite& found : lambda::server_writes(in.image)) {
    out.add({.message = cat(found.what, " on Lambda"),
             .fix = found.fix,
             .where = {at_node(in.image, found.node)},
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule server_writes_outside_tmp = {.info = {.id = "server-writes-outside-tmp",
                                                           .title = "Server that writes into its own folder",
                                                           .since = "0.1.0",
                                                           .category = Category::runtime,
                                                           .severity = Severity::warning,
                                                           .evidence = Evidence::observed,
                                                           .reads = lambda::kServerSettings,
                                                           .texts = lambda::kServerTexts},
                                                  .check = check};

}  // namespace ocitidy::rules
