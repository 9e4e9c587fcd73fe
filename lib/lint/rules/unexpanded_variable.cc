// unexpanded-variable: Variable in an exec-form command, which nothing expands.
// Why and examples: docs/rules/unexpanded-variable.md
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "lambda/program_file.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

/// The name in the first $NAME or ${NAME} of `word`; empty when there is none.
std::string_view variable_in(std::string_view word, bool braces_count) {
  for (std::size_t at = word.find('$'); at != std::string_view::npos; at = word.find('$', at + 1)) {
    std::string_view rest = word.substr(at + 1);
    const bool braces = rest.starts_with('{');
    if (braces) rest.remove_prefix(1);
    const std::string_view name =
        rest.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(rest, is_name) - rest.begin()));
    if (name.empty() || !is_name_start(name.front())) continue;
    if (!braces || (braces_count && rest.substr(name.size()).starts_with('}'))) return name;
  }
  return {};
}

/// Is the word behind this one program text, in which a dollar sign has a meaning of its own?
bool precedes_text(std::string_view word) {
  return word == "--eval" || word == "--command" ||
         (word.size() > 1 && word.front() == '-' && word[1] != '-' && (word.ends_with('c') || word.ends_with('e')));
}

/// Does a script on the way, which may expand what it is given, hide what becomes of the words?
bool may_expand(const ImageModel& image) {
  const lambda::StartChain chain = lambda::follow_start(image);
  const auto& first = chain.programs.front();
  if (first.file && lambda::is_script(image, *first.file) && chain.scripts.empty()) return true;
  return std::ranges::any_of(chain.scripts, [](const lambda::StartScript& script) {
    return !script.shell.complete || script.text.contains("eval") || script.text.contains("envsubst");
  });
}

void check_list(const ImageConfig& config, const std::vector<std::string>& words, std::string_view pointer, bool java,
                FindingSink& out) {
  constexpr std::size_t kMostFindings = 8;
  std::size_t told = 0;
  for (std::size_t i = 0; i < words.size() && told < kMostFindings; ++i) {
    if (i > 0 && precedes_text(words[i - 1])) continue;
    const std::string_view name = variable_in(words[i], !java);  // Spring and Log4j expand ${NAME} themselves
    if (name.empty()) continue;
    const auto value = env_value(config, name);
    out.add({.message = cat(shown_word(words[i]), " is passed on as it stands: without a shell nothing expands ",
                            shown_word(cat("$", name)), ", unless the program does so itself"),
             .fix = value ? cat("write the value, ", shown_word(*value),
                                ", or let a shell expand it: [\"/bin/sh\", \"-c\", \"exec ...\"]")
                          : "write the value, or let a shell expand it: [\"/bin/sh\", \"-c\", \"exec ...\"]",
             .where = {in_document(cat(pointer, "/", i))},
             .severity = {}});
    ++told;
  }
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const ImageConfig& config = image.config();
  const auto& words = config.entrypoint.empty() ? config.cmd : config.entrypoint;
  if (words.empty()) return Outcome::not_applicable("neither ENTRYPOINT nor CMD");
  if (words.size() > 1 && file_name(words[0]).ends_with("sh") && precedes_text(words[1])) {
    return Outcome::not_applicable("a shell reads the start command");
  }
  if (may_expand(image)) return Outcome::not_applicable("a script on the way may expand its arguments");
  const bool java = file_name(words[0]) == "java";
  check_list(config, config.entrypoint, "/config/Entrypoint", java, out);
  check_list(config, config.cmd, "/config/Cmd", java, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule unexpanded_variable = {.info = {.id = "unexpanded-variable",
                                                     .title = "Variable in an exec-form command, which nothing expands",
                                                     .since = "0.1.0",
                                                     .category = Category::startup,
                                                     .severity = Severity::warning,
                                                     .evidence = Evidence::observed,
                                                     .profiles = kLambdaAndGeneric,
                                                     .reads = lambda::kStartReads},
                                            .check = check};

}  // namespace ocitidy::rules
