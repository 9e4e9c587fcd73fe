// main.cc - reads the command line, runs one command, turns the outcome into an exit code.
#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <new>

#include "commands.h"
#include "fd_writer.h"
#include "ocitidy/escape.h"
#include "output.h"
#include "signals.h"
#include "suggest.h"

namespace ocitidy::cli {
namespace {

constexpr std::size_t kLongestCommand = 20;  // beyond that a word resembles none

/// A standard stream that is closed would otherwise become the next file that is opened, and results would go there.
/// What is opened instead fails on use: standard output for reading only, and so on.
void hold_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    const int held = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (held != fd) close(held);
  }
}

/// Exactly one line on standard error.
ExitCode report(const Error& error) {
  write_all(STDERR_FILENO, "ocitidy: " + escape_for_terminal(describe(error)) + "\n");
  return exit_code_of(error.code);
}

Result<ExitCode> print(const std::string& text) {
  OCITIDY_TRY(Output output, Output::open("", ""));
  output.writer()(text);
  OCITIDY_CHECK(output.finish());
  return ExitCode::clean;
}

/// What was wrong with the command line. CLI11 says little when the command itself is missing or misspelt.
std::string explain(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (!app.get_subcommands().empty()) return error.what();
  if (argc < 2) return "no command";
  const std::string_view word = argv[1];
  if (word.starts_with('-')) return "a command comes first, not '" + std::string(word) + "'";
  std::string text = "no command '" + std::string(word) + "'";
  if (word.size() > kLongestCommand) return text;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (edit_distance(word, command->get_name()) <= 2) return text + "; did you mean '" + command->get_name() + "'?";
  }
  return text;
}

/// Fills `chosen` from the command line, or prints the help that it asks for.
Result<ExitCode> parse(CLI::App& app, int argc, char** argv, Action& chosen) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    chosen = [&app] { return print(app.help()); };
  } catch (const CLI::Success&) {  // --version has chosen already
  } catch (const CLI::ParseError& error) {
    return fail(Code::invalid_argument, explain(app, error, argc, argv) + "; try 'ocitidy --help'");
  }
  return ExitCode::clean;
}

Result<ExitCode> run(int argc, char** argv) {
  CLI::App app(
      "Lints and rewrites container images for AWS Lambda: will Lambda take this image, and will it start fast?",
      "ocitidy");
  Action chosen;
  add_lint_command(app, chosen);
  add_inspect_command(app, chosen);
  add_coldstart_command(app, chosen);
  add_optimize_command(app, chosen);
  add_verify_command(app, chosen);
  add_rules_command(app, chosen);
  add_passes_command(app, chosen);
  add_explain_command(app, chosen);
  add_version_command(app, chosen);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  ocitidy lint app.tar\n"
      "  ocitidy optimize app.tar -o oci-archive:small.tar\n"
      "  ocitidy explain missing-parent-directory\n"
      "'ocitidy COMMAND --help' says more.");
  OCITIDY_CHECK(parse(app, argc, argv, chosen));
  return chosen();
}

}  // namespace
}  // namespace ocitidy::cli

int main(int argc, char** argv) {
  using namespace ocitidy;
  using namespace ocitidy::cli;
  hold_standard_streams();
  install_signal_handlers();
  ExitCode code = ExitCode::internal;
  try {
    const Result<ExitCode> outcome = run(argc, argv);
    code = outcome ? *outcome : report(outcome.error());
  } catch (const std::bad_alloc&) {
    write_all(STDERR_FILENO, "ocitidy: out of memory\n");
  } catch (const std::exception& error) {
    code = report({.code = Code::internal, .message = std::string("internal error: ") + error.what(), .trail = {}});
  } catch (...) {
    write_all(STDERR_FILENO, "ocitidy: internal error\n");
  }
  return static_cast<int>(code);
}
