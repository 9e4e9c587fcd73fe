// start_chain.h - every program on the way from the start command to the running function, as far as text can tell:
// what resolve_start() finds, then what shells, entry scripts and launchers start in turn on Lambda.
//
// Conditions are judged as on Lambda: AWS_LAMBDA_RUNTIME_API is set there, so the emulator's branch of an entry script
// is dead. Whatever only a running shell knows ends the chain without a problem.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/shell_script.h"
#include "lambda/entrypoint.h"

namespace ocitidy::lambda {

/// Shell text that runs at start.
struct StartScript {
  std::optional<NodeId> file;  ///< none: the text behind `sh -c` in the config
  std::string text;
  ShellScript shell;
  std::vector<ShellCommand> running;  ///< those commands that are known to run on Lambda, in order
};

struct StartChain {
  std::vector<Program> programs;       ///< [0] is words[0]; each further one is started by one before. Never empty
  std::vector<Program> branches;       ///< what `exec` starts under conditions that the text does not decide
  std::vector<StartScript> scripts;    ///< in order of their start
  bool complete = false;               ///< the last program is the function's own: no shell, script or launcher
  bool starts_base_bootstrap = false;  ///< /lambda-entrypoint.sh of an AWS base image is on the way

  const Program& last() const { return programs.back(); }
};

/// Reads kStartReads. Cost: path lookups, and the entry scripts once.
StartChain follow_start(const ImageModel& image);

}  // namespace ocitidy::lambda
