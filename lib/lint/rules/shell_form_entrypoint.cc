// shell-form-entrypoint: Shell-form ENTRYPOINT that drops CMD.
// Why and examples: docs/rules/shell-form-entrypoint.md
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "lambda/program_file.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// The text behind the -c of a shell; none when the words are no such thing.
std::optional<std::string_view> shell_text(const std::vector<std::string>& words) {
  constexpr auto kShells = std::to_array<std::string_view>({"ash", "bash", "dash", "sh"});
  if (words.empty() || std::ranges::find(kShells, file_name(words.front())) == kShells.end()) return std::nullopt;
  for (std::size_t at = 1; at + 1 < words.size() && words[at].starts_with('-'); ++at) {
    if (!words[at].starts_with("--") && words[at].ends_with('c')) return words[at + 1];
  }
  return std::nullopt;
}

/// Does the text look at $0, $1, $@, $* or $#, where CMD goes?
bool takes_arguments(std::string_view text) {
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    std::string_view rest = text.substr(at + 1);
    if (rest.starts_with('{')) rest.remove_prefix(1);
    if (!rest.empty() && std::string_view("@*#0123456789").contains(rest.front())) return true;
  }
  return false;
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it starts nothing");
  const ImageConfig& config = image.config();
  const auto text = shell_text(config.entrypoint);
  if (!text) return Outcome::not_applicable("ENTRYPOINT is not in shell form");
  if (config.cmd.empty() || takes_arguments(*text)) return Outcome::checked();
  std::vector<std::string> words;
  for (const std::string& word : config.cmd) words.push_back(shown_word(word));
  constexpr std::size_t kShown = 4;
  out.add({.message = cat("ENTRYPOINT is in shell form: ", shown_word(*text), " never sees CMD, ",
                          listed(words, kShown), ", which becomes $0 and the arguments of the shell"),
           .fix = "write ENTRYPOINT in exec form: ENTRYPOINT [\"python\", \"-m\", \"awslambdaric\"]; where a shell is "
                  "needed: ENTRYPOINT [\"/bin/sh\", \"-c\", \"exec python -m awslambdaric \\\"$0\\\"\"]",
           .where = {in_document("/config/Entrypoint")},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule shell_form_entrypoint = {.info = {.id = "shell-form-entrypoint",
                                                       .title = "Shell-form ENTRYPOINT that drops CMD",
                                                       .since = "0.1.0",
                                                       .category = Category::startup,
                                                       .severity = Severity::warning,
                                                       .evidence = Evidence::observed,
                                                       .profiles = kLambdaAndGeneric},
                                              .check = check};

}  // namespace ocitidy::rules
