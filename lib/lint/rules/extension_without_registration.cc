// extension-without-registration: a shell script in /opt/extensions that can end without registering.
// Why and examples: docs/rules/extension-without-registration.md
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/text.h"
#include "image/captured_text.h"
#include "lambda/extensions.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr ContentQuery kScripts{.glob = "opt/extensions/*", .first_bytes = 16 * 1024, .magic = "#!"};

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

bool is_shell(std::string_view script) {
  const std::string_view line = script.substr(0, script.find('\n'));
  return line.starts_with("#!") && (has(line, "/sh") || has(line, "bash") || has(line, "ash"));
}

/// The last line that is neither empty nor a comment, with the blanks before it.
std::string_view last_command(std::string_view script) {
  while (!script.empty()) {
    const std::size_t newline = script.rfind('\n');
    const std::string_view line = newline == script.npos ? script : script.substr(newline + 1);
    const std::string_view words = trimmed(line);
    if (!words.empty() && !words.starts_with('#')) return line;
    script = script.substr(0, newline == script.npos ? 0 : newline);
  }
  return {};
}

/// A loop to the end of the script, in which only the shell itself works, or sleep.
bool only_loops(std::string_view script) {
  constexpr auto kIdle =
      std::to_array<std::string_view>({"while", "until", "true", "false", ":", "do", "done", "sleep"});
  while (!script.empty()) {
    const std::size_t end = std::min(script.find_first_of("\n;"), script.size());
    std::string_view words = trimmed(script.substr(0, end));
    script.remove_prefix(std::min(end + 1, script.size()));
    if (words.starts_with('#')) continue;
    bool argument = false;
    while (!words.empty()) {
      const std::size_t blank = std::min(words.find(' '), words.size());
      const std::string_view word = words.substr(0, blank);
      const bool number = word.find_first_not_of("0123456789.smhd") == word.npos;
      if (std::ranges::find(kIdle, word) == kIdle.end() && !(argument && number)) return false;
      argument = word == "sleep";
      words = trimmed(words.substr(blank));
    }
  }
  return true;
}

enum class Ending : std::uint8_t { fine, never_registers, sometimes };

/// How the script ends. A program that it starts at its end, or in the background, is taken to register.
Ending ending_of(std::string_view script) {
  for (const std::string_view part : {"/register", "2020-01-01", "API_VERSION", "source ", "\n. "}) {
    if (has(script, part)) return Ending::fine;
  }
  const std::string_view last = last_command(script);
  if (trimmed(last).ends_with("done") && only_loops(script)) return Ending::never_registers;
  const bool ends_itself = last.starts_with("fi") || last.starts_with("exit") || last.starts_with("echo") ||
                           last.starts_with("true") || last.starts_with(":") || last.starts_with("sleep") ||
                           last.starts_with("return") || last.empty();
  if (!ends_itself) return Ending::fine;
  const bool starts_program = has(script, "exec ") || has(script, "/opt/") || has(script, "&\n");
  if (!starts_program) return Ending::never_registers;
  return has(script, "else") || has(script, "wait") || has(script, "while") ? Ending::fine : Ending::sometimes;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const std::vector<NodeId> files = lambda::extension_files(in.image);
  if (files.empty()) return Outcome::not_applicable("no extensions: /opt/extensions holds no file");
  if (lambda::extensions_disabled(in.image)) return Outcome::not_applicable("extensions are disabled by a file");
  std::size_t judged = 0;
  for (const NodeId file : files) {
    const std::optional<Capture> capture = captured_at(in.image, file);
    if (!capture || !capture->whole_file) continue;
    const std::string_view script = text_of(capture);
    if (!is_shell(script)) continue;
    const Ending ending = ending_of(script);
    if (ending == Ending::fine || ++judged > 2 * lambda::kMaxExtensions) continue;
    out.add({.message = cat("the extension ", seen_path(in.image.path(file)),
                            ending == Ending::never_registers
                                ? " never calls /2020-01-01/extension/register"
                                : " starts a program on one branch, and on the other ends without registering",
                            ": Lambda takes that for a crash, also with exit status 0"),
             .fix = "register and wait on /next on every branch; to switch the extension off, leave it out of "
                    "/opt/extensions",
             .where = {at_node(in.image, file)},
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule extension_without_registration = {.info = {.id = "extension-without-registration",
                                                                .title = "Extension script that does not register",
                                                                .since = "0.1.0",
                                                                .category = Category::runtime,
                                                                .severity = Severity::warning,
                                                                .evidence = Evidence::observed,
                                                                .profiles = kLambdaOnly,
                                                                .reads = {&kScripts, 1}},
                                                       .check = check};

}  // namespace ocitidy::rules
