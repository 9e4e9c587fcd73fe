// file-logs: servers and logging libraries that are told to log to files.
// Why and examples: docs/rules/file-logs.md
#include "base/text.h"
#include "lambda/servers.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  constexpr std::size_t kAtMost = 20;
  if (const auto outcome = without_files(in.image)) return *outcome;
  std::size_t told = 0;
  for (const lambda::FileLog& log : lambda::file_logs(in.image)) {
    if (++told > kAtMost) break;
    const std::string configuration = seen_path(in.image.path(log.node));
    const bool named = !log.path.empty();
    out.add({.message = named ? cat(log.server, " logs to ", quote(log.path), ", as ", configuration,
                                    " says: the file cannot be opened on Lambda, and nobody would see it")
                              : cat(configuration, " makes ", log.server,
                                    " log to a file: unless that lies below /tmp it cannot be opened on Lambda, and "
                                    "nobody sees it"),
             .fix = named ? cat("log to /dev/stdout or /dev/stderr, or RUN ln -sf /dev/stderr ", quote(log.path))
                          : std::string("log to the console: CloudWatch takes standard output and standard error"),
             .where = {at_node(in.image, log.node)},
             .severity = named ? Severity::warning : Severity::info});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule file_logs = {.info = {.id = "file-logs",
                                           .title = "Logs that go to files",
                                           .since = "0.1.0",
                                           .category = Category::runtime,
                                           .severity = Severity::warning,
                                           .evidence = Evidence::observed,
                                           .reads = lambda::kServerSettings,
                                           .texts = lambda::kServerTexts},
                                  .check = check};

}  // namespace ocitidy::rules
