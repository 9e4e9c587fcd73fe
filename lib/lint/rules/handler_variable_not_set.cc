// handler-variable-not-set: Script that reads _HANDLER, which Lambda does not set for images.
// Why and examples: docs/rules/handler-variable-not-set.md
#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "lambda/aws_entrypoint.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::string_view kName = "_HANDLER";

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_comment(std::string_view text, std::size_t at) {
  const std::size_t start = text.rfind('\n', at) + 1;  // npos + 1 is 0
  return text.substr(start, at - start).contains('#') &&
         text[std::min(text.find_first_not_of(" \t", start), at)] == '#';
}

/// The line of the first $_HANDLER or ${_HANDLER} that has no default; none when there is none.
std::optional<std::size_t> line_of_use(std::string_view text) {
  for (std::size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
    const bool braces = at > 1 && text[at - 1] == '{' && text[at - 2] == '$';
    const std::string_view rest = text.substr(at + kName.size());
    const bool whole = rest.empty() || !is_name(rest.front());
    const bool defaults = braces && !rest.starts_with('}') && !rest.starts_with('%') && !rest.starts_with('#');
    if (!whole || defaults || (!braces && (at == 0 || text[at - 1] != '$')) || is_comment(text, at)) continue;
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
  }
  return std::nullopt;
}

bool sets_it(const lambda::StartScript& script) {
  return std::ranges::any_of(script.shell.commands, [](const ShellCommand& command) {
    const auto assigns = [](const auto& assignment) { return assignment.first == kName; };
    return std::ranges::any_of(command.assignments, assigns) ||
           std::ranges::any_of(command.words, [&](const ShellWord& word) {
             const auto assignment = split_assignment(word);
             return assignment && assigns(*assignment);
           });
  });
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (env_value(image.config(), kName)) return Outcome::not_applicable("ENV sets _HANDLER");
  if (lambda::starts_as_aws_base(image)) return Outcome::not_applicable("/lambda-entrypoint.sh sets _HANDLER");
  const lambda::StartChain chain = lambda::follow_start(image);
  if (chain.scripts.empty()) return Outcome::not_applicable("no shell script that can be read starts the function");
  for (const lambda::StartScript& script : chain.scripts) {
    if (sets_it(script)) break;
    const auto line = line_of_use(script.text);
    if (!line) continue;
    out.add(
        {.message = cat(name_of(image, script), " line ", *line,
                        " reads $_HANDLER, which Lambda sets for zip functions: for images the published source of its "
                        "runtime leaves it empty, and CMD comes as arguments"),
         .fix = "take the handler from the first argument: export _HANDLER=\"$1\"",
         .where = {where_is(image, script)},
         .severity = {}});
    break;
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule handler_variable_not_set = {
    .info = {.id = "handler-variable-not-set",
             .title = "Script that reads _HANDLER, which Lambda does not set for images",
             .since = "0.1.0",
             .category = Category::startup,
             .severity = Severity::warning,
             .evidence = Evidence::observed,
             .profiles = kLambdaOnly,
             .reads = lambda::kStartReads},
    .check = check};

}  // namespace ocitidy::rules
