// needs-privilege: Entry script that asks for root.
// Why and examples: docs/rules/needs-privilege.md
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "lambda/program_file.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr auto kPrivileged = std::to_array<std::string_view>(
    {"chroot", "gosu", "mount", "runuser", "setpriv", "su", "su-exec", "sudo", "umount", "unshare"});

bool is_privileged(std::string_view program) {
  return std::ranges::find(kPrivileged, file_name(program)) != kPrivileged.end();
}

void add(FindingSink& out, std::string_view place, std::string_view program, Location where) {
  out.add({.message = cat(place, " starts ", shown_word(program),
                          ", which needs root or its powers: Lambda runs the image as a user without any"),
           .fix = "start the program itself, without changing user or mounts; do such work in a RUN line",
           .where = {std::move(where)},
           .severity = {}});
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const lambda::StartChain chain = lambda::follow_start(image);
  const auto& first = chain.programs.front();
  if (is_privileged(first.name)) {
    add(out, start_pointer(image) == "/config/Cmd" ? "CMD" : "ENTRYPOINT", first.name, where_named(image, first));
  }
  for (const lambda::StartScript& script : chain.scripts) {
    std::set<std::string> told;
    for (const ShellCommand& command : script.running) {
      std::size_t at = 0;
      while (at < command.words.size() && (command.words[at].is("exec") || command.words[at].is("command"))) ++at;
      const std::string program = at < command.words.size() ? command.words[at].literal().value_or("") : "";
      if (!is_privileged(program) || script.shell.functions.contains(program) || !told.insert(program).second) continue;
      add(out, cat(name_of(image, script), " line ", command.line), program, where_is(image, script));
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule needs_privilege = {.info = {.id = "needs-privilege",
                                                 .title = "Entry script that asks for root",
                                                 .since = "0.1.0",
                                                 .category = Category::startup,
                                                 .severity = Severity::warning,
                                                 .evidence = Evidence::documented,
                                                 .profiles = kLambdaOnly,
                                                 .reads = lambda::kStartReads},
                                        .check = check};

}  // namespace ocitidy::rules
