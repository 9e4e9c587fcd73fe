// base-image-command: AWS base image without exactly one word of CMD.
// Why and examples: docs/rules/base-image-command.md
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "lambda/aws_entrypoint.h"
#include "lambda/program_file.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

std::string shown(const std::vector<std::string>& words) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(shown_word(word));
  return listed(quoted, kShown);
}

bool is_shell_form(const std::vector<std::string>& cmd) {
  return cmd.size() == 3 && cmd[1] == "-c" && file_name(cmd[0]) == "sh";
}

/// The handler, when the shell's text is nothing but one.
std::string handler_in(std::string_view text) {
  const bool plain =
      !text.empty() && text.size() < 100 && text.find_first_of(" \t\n\"'$;&|<>()\\") == std::string_view::npos;
  return plain ? quote(text) : "'app.handler'";
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (!lambda::starts_as_aws_base(image)) {
    return Outcome::not_applicable("the start command is not the entrypoint of an AWS base image");
  }
  const ImageConfig& config = image.config();
  const std::size_t count = config.entrypoint.size() - 1 + config.cmd.size();
  if (count == 1) return Outcome::checked();
  constexpr std::string_view kRefuses =
      "; /lambda-entrypoint.sh wants exactly one argument, the handler, and else exits with status 142";
  if (count == 0) {
    out.add({.message = cat("no CMD", kRefuses, ". The function fails unless its image configuration gives Command"),
             .fix = "CMD [\"app.handler\"], or set ImageConfig.Command in every function that uses the image",
             .where = {in_document("/config/Cmd")},
             .severity = {}});
  } else if (config.entrypoint.size() == 1 && is_shell_form(config.cmd)) {
    out.add({.message = cat("CMD is in shell form, ", shown(config.cmd), ": three words", kRefuses),
             .fix = cat("write CMD in exec form, with double quotes in place of single: CMD [",
                        handler_in(config.cmd[2]), "]"),
             .where = {in_document("/config/Cmd")},
             .severity = {}});
  } else {
    std::vector<std::string> words(config.entrypoint.begin() + 1, config.entrypoint.end());
    words.insert(words.end(), config.cmd.begin(), config.cmd.end());
    out.add({.message = cat("/lambda-entrypoint.sh gets ", words.size(), " words, ", shown(words), kRefuses),
             .fix = "CMD [\"app.handler\"]; to start another program, name it in ENTRYPOINT",
             .where = {in_document(config.cmd.empty() ? "/config/Entrypoint" : "/config/Cmd")},
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule base_image_command = {.info = {.id = "base-image-command",
                                                    .title = "AWS base image without exactly one word of CMD",
                                                    .since = "0.1.0",
                                                    .category = Category::startup,
                                                    .severity = Severity::error,
                                                    .evidence = Evidence::observed,
                                                    .profiles = kLambdaOnly,
                                                    .reads = lambda::kStartReads},
                                           .check = check};

}  // namespace ocitidy::rules
