// commands.h - one function per command: it declares the arguments and leaves behind what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "exit_code.h"

namespace ocitidy::cli {

/// What the command line asks for. Empty until a command was recognised; run after all arguments were read.
using Action = std::function<Result<ExitCode>()>;

// Each adds its command to `app`. When the command line names it, `chosen` is set.
void add_lint_command(CLI::App& app, Action& chosen);
void add_inspect_command(CLI::App& app, Action& chosen);
void add_coldstart_command(CLI::App& app, Action& chosen);
void add_optimize_command(CLI::App& app, Action& chosen);
void add_verify_command(CLI::App& app, Action& chosen);
void add_rules_command(CLI::App& app, Action& chosen);
void add_passes_command(CLI::App& app, Action& chosen);
void add_explain_command(CLI::App& app, Action& chosen);
void add_version_command(CLI::App& app, Action& chosen);

}  // namespace ocitidy::cli
