// handler-not-found: the file that the handler names is not where its runtime looks, or does not define the name.
// Why and examples: docs/rules/handler-not-found.md
#include <algorithm>
#include <array>

#include "base/text.h"
#include "image/captured_text.h"
#include "lambda/entrypoint.h"
#include "lambda/handler_files.h"
#include "lambda/handler_symbol.h"
#include "lambda/start_queries.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::Handler;
using lambda::HandlerFile;
using lambda::HandlerRuntime;

constexpr std::array kOwnReads = {
    lambda::kPathFiles, lambda::kNodeClientPackage,
    ContentQuery{.glob = lambda::kHandlerSources, .first_bytes = lambda::kHandlerSourceBytes}};
constexpr auto kReads = [] {
  std::array<ContentQuery, lambda::kStartReads.size() + kOwnReads.size()> reads;
  std::ranges::copy(kOwnReads, std::ranges::copy(lambda::kStartReads, reads.begin()).out);
  return reads;
}();
constexpr std::size_t kShown = 3;

std::string quoted_list(const std::vector<std::string>& paths) {
  std::vector<std::string> quoted;
  for (const std::string& path : paths) quoted.push_back(quote(path));
  return listed(quoted, kShown);
}

std::string name_of(const Handler& handler) {
  return cat("the ", lambda::handler_runtime_name(handler.runtime), " handler ", quote(handler.text));
}

/// The line that brings `file` to where it is looked for.
std::string copy_line(const ImageModel& image, const Handler& handler, std::string_view file) {
  const std::string start = lambda::start_directory(image.config());
  if (handler.runtime == HandlerRuntime::java) {
    return cat("put it where Java looks: COPY ... ", handler.on_base_image ? "/var/task" : start,
               file.ends_with(".jar") ? "/lib/" : "/");
  }
  if (file.ends_with(".ts")) return "compile it in a build stage, and COPY the JavaScript into the final one";
  const std::string wanted = handler.on_base_image ? "/var/task" : start.empty() ? "/" : start;
  return cat("COPY the function to ", quote(wanted), handler.on_base_image ? " (${LAMBDA_TASK_ROOT})" : "",
             ", or set WORKDIR to the directory that the handler's path starts from");
}

void report_file(const ImageModel& image, const Handler& handler, const HandlerFile& file, FindingSink& out) {
  const bool doubtful = file.verdict == HandlerFile::Verdict::doubtful;
  std::string message = cat(name_of(handler), " needs ", quoted_list(file.wanted), ", and none is in the image");
  if (file.wanted.size() == 1) {
    message = cat(name_of(handler), " needs ", quote(file.wanted.front()), ", which is not in the image");
  }
  std::string fix = "copy the function's code into the final stage, or correct the handler in CMD";
  if (!file.elsewhere.empty()) {
    message += cat("; there is ", quoted_list(file.elsewhere));
    fix = copy_line(image, handler, file.elsewhere.front());
  }
  if (doubtful) message += cat(". Not certain: ", file.doubt);
  out.add({.message = std::move(message),
           .fix = std::move(fix),
           .where = {in_document(handler.json_pointer)},
           .severity = doubtful ? std::optional(Severity::warning) : std::nullopt});
}

void report_symbol(const ImageModel& image, const Handler& handler, NodeId source, FindingSink& out) {
  const std::optional<Capture> capture = captured_at(image, source);
  if (!capture || !capture->whole_file) return;
  const std::string_view text = text_of(capture);
  const std::string symbol = lambda::parts_of(handler).symbol;
  if (lambda::look_for_symbol(handler.runtime, text, symbol) != lambda::SymbolSeen::absent) return;
  Location where = at_node(image, source);
  where.json_pointer = handler.json_pointer;
  out.add({.message = cat(name_of(handler), " wants ", quote(symbol), " from ", seen_path(image.path(source)),
                          ", and the name stands nowhere in that file"),
           .fix = "define or export the name there, or correct the handler in CMD",
           .where = {std::move(where)},
           .severity = Severity::warning});
}

/// Release 4 of the Node.js client looks below LAMBDA_TASK_ROOT, which Lambda always sets.
void report_node_root(const ImageModel& image, const Handler& handler, NodeId source, FindingSink& out) {
  const std::string version = lambda::node_client_version(image);
  if (handler.on_base_image || !version.starts_with("4.") || handler.text.starts_with('/')) return;
  const std::optional<NodeId> task = image.resolve("/var/task");
  for (std::optional<NodeId> above = image.parent(source); above; above = image.parent(*above)) {
    if (above == task) return;
  }
  out.add({.message = cat(name_of(handler), " is in ", seen_path(image.path(source)), ", but aws-lambda-ric ", version,
                          " looks below LAMBDA_TASK_ROOT, which Lambda sets to /var/task"),
           .fix = "WORKDIR /var/task and COPY the function there, or use aws-lambda-ric 3",
           .where = {in_document(handler.json_pointer)},
           .severity = Severity::warning});
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const lambda::HandlerSearch search = lambda::find_handler(image);
  if (!search.handler) return Outcome::not_applicable(search.why_none);
  const Handler& handler = *search.handler;
  if (!lambda::malformed(handler).empty()) return Outcome::not_applicable("the handler is malformed");
  const HandlerFile file = lambda::find_handler_file(image, handler);
  if (file.verdict != HandlerFile::Verdict::found) {
    if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and may hold the function");
    report_file(image, handler, file, out);
  } else if (file.source) {
    report_symbol(image, handler, *file.source, out);
    if (handler.runtime == HandlerRuntime::node) report_node_root(image, handler, *file.source, out);
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule handler_not_found = {.info = {.id = "handler-not-found",
                                                   .title = "Handler that is not in the image",
                                                   .since = "0.1.0",
                                                   .category = Category::startup,
                                                   .severity = Severity::error,
                                                   .evidence = Evidence::observed,
                                                   .profiles = kLambdaOnly,
                                                   .reads = kReads,
                                                   .facts = Facts::zip_names},
                                          .check = check};

}  // namespace ocitidy::rules
