// oversized-settings: ENTRYPOINT, CMD and WORKDIR beyond what Lambda takes for a function's settings.
// Why and examples: docs/rules/oversized-settings.md
#include "base/text.h"
#include "lambda/limits.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::string_view kDoubt =
    ". The limit is documented for a function's own settings; that it holds for those of the image is not stated";

void judge_list(std::string_view name, std::string_view pointer, const std::vector<std::string>& words,
                FindingSink& out) {
  if (words.size() <= lambda::kMaxCommandWords) return;
  out.add(
      {.message = cat(name, " has ", words.size(), " words, over Lambda's limit of ", lambda::kMaxCommandWords, kDoubt),
       .fix = cat("put the command into a script, and let ", name, " name that"),
       .where = {in_document(pointer)},
       .severity = {}});
}

std::size_t bytes_of(const std::vector<std::string>& words) {
  std::size_t bytes = 0;
  for (const std::string& word : words) bytes += word.size();
  return bytes;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no settings");
  const ImageConfig& config = in.image.config();
  judge_list("ENTRYPOINT", "/config/Entrypoint", config.entrypoint, out);
  judge_list("CMD", "/config/Cmd", config.cmd, out);
  if (config.working_dir.size() > lambda::kMaxWorkingDirBytes) {
    out.add({.message = cat("WORKDIR has ", config.working_dir.size(), " bytes, over Lambda's limit of ",
                            lambda::kMaxWorkingDirBytes, kDoubt),
             .fix = "choose a shorter WORKDIR, such as /var/task",
             .where = {in_document("/config/WorkingDir")},
             .severity = {}});
  }
  const std::size_t command = bytes_of(config.entrypoint) + bytes_of(config.cmd) + config.working_dir.size();
  const std::size_t all = command + bytes_of(config.env);
  if (all > lambda::kMaxSettingsBytes) {
    const bool with_env = command <= lambda::kMaxSettingsBytes;
    out.add({.message = cat("ENTRYPOINT, CMD and WORKDIR", with_env ? " and ENV together" : "", " take ",
                            with_env ? all : command, " bytes, over Lambda's limit of ", lambda::kMaxSettingsBytes,
                            " for the settings of a container image",
                            with_env ? ". Whether ENV counts is not stated" : kDoubt),
             .fix = with_env ? "move large values of ENV into a file of the image"
                             : "put the command into a script of the image",
             .where = {in_document("/config")},
             .severity = with_env ? Severity::info : Severity::warning});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule oversized_settings = {.info = {.id = "oversized-settings",
                                                    .title = "ENTRYPOINT, CMD or WORKDIR over the limits of Lambda",
                                                    .since = "0.1.0",
                                                    .category = Category::deploy,
                                                    .severity = Severity::warning,
                                                    .evidence = Evidence::documented},
                                           .check = check};

}  // namespace ocitidy::rules
