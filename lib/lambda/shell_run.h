// shell_run.h - a shell script read as it would run on Lambda: which commands are certain, and what it starts in the
// end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/shell_script.h"
#include "lambda/entrypoint.h"

namespace ocitidy::lambda {

/// A program that a script starts.
struct Call {
  Program::NamedBy named_by = Program::NamedBy::exec;
  Words words;
  std::optional<std::string> directory;  ///< where the shell is by then; none: not known
  bool path_known = true;                ///< PATH is still the config's
  bool positional_guessed = false;       ///< "$@" was perhaps changed before
  unsigned line = 0;
};

struct ShellRun {
  std::optional<Call> next;           ///< what takes the script's place, or its last command; none: not known
  std::vector<Call> branches;         ///< `exec` under conditions that the text does not decide
  std::vector<ShellCommand> running;  ///< commands that are known to run, in order
};

/// `arguments`: what the script gets, $0 first. `directory`: absolute.
ShellRun run_on_lambda(const ImageConfig& config, const ShellScript& script, const Words& arguments,
                       std::optional<std::string> directory);

}  // namespace ocitidy::lambda
