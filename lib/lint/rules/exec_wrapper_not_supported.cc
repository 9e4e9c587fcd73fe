// exec-wrapper-not-supported: AWS_LAMBDA_EXEC_WRAPPER that nothing reads, or that names no program.
// Why and examples: docs/rules/exec-wrapper-not-supported.md
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "lambda/access.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::string_view kName = "AWS_LAMBDA_EXEC_WRAPPER";

void add(FindingSink& out, std::string message, std::string fix, Location where, std::optional<Severity> severity) {
  out.add({.message = std::move(message), .fix = std::move(fix), .where = {std::move(where)}, .severity = severity});
}

/// The wrapper's file as a bootstrap tests it, with [ -f ] and [ -x ].
void check_wrapper(const ImageModel& image, std::string_view value, FindingSink& out) {
  const std::string path = lambda::absolute_path(image, value);
  if (path.starts_with("/tmp/") || path.starts_with("/mnt/") || has_unread_layer(image)) return;
  const auto node = image.resolve(path);
  const std::string named = cat("ENV ", kName, "=", shown_word(value));
  if (!node || image.node(*node).type != EntryType::file) {
    add(out, cat(named, " names no file of the image: the bootstrap exits with status 127"),
        "COPY --chmod=755 the wrapper to that path, or remove the variable", in_document("/config/Env"),
        Severity::error);
  } else if (!lambda::others_may_execute(image.node(*node))) {
    add(out, cat(named, " (mode ", octal(image.node(*node).mode), ") lacks o+x: the bootstrap exits with status 126"),
        cat("RUN chmod 755 ", seen_path(image.path(*node))), at_node(image, *node), Severity::error);
  }
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const auto value = env_value(image.config(), kName);
  if (!value || value->empty()) return Outcome::not_applicable("ENV sets no AWS_LAMBDA_EXEC_WRAPPER");
  const lambda::StartChain chain = lambda::follow_start(image);
  const bool supported =
      std::ranges::any_of(chain.scripts, [](const lambda::StartScript& script) { return script.text.contains(kName); });
  if (supported) {
    check_wrapper(image, *value, out);
    return Outcome::checked();
  }
  if (!chain.complete) return Outcome::not_applicable("what the image starts cannot be followed to its end");
  add(out,
      cat("ENV ", kName, "=", shown_word(*value),
          ": no script that starts the function reads it. Only the bootstraps of AWS's "
          "language images do; in others the wrapper is passed over in silence, unless the program itself starts it"),
      "put the wrapper before the program: ENTRYPOINT [\"/opt/wrapper\", \"/usr/local/bin/python\", \"-m\", "
      "\"awslambdaric\"]",
      in_document("/config/Env"), {});
  return Outcome::checked();
}

}  // namespace

constinit const Rule exec_wrapper_not_supported = {
    .info = {.id = "exec-wrapper-not-supported",
             .title = "AWS_LAMBDA_EXEC_WRAPPER that nothing reads, or that names no program",
             .since = "0.1.0",
             .category = Category::startup,
             .severity = Severity::warning,
             .evidence = Evidence::observed,
             .profiles = kLambdaOnly,
             .reads = lambda::kStartReads},
    .check = check};

}  // namespace ocitidy::rules
