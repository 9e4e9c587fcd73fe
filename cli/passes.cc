// passes.cc - `ocitidy passes`.
#include <memory>

#include "commands.h"
#include "ocitidy/report.h"
#include "options.h"
#include "output.h"

namespace ocitidy::cli {
namespace {

Result<ExitCode> run(const OutputOptions& options) {
  OCITIDY_TRY(Output output, Output::open(options.path, ""));
  options.format == "json" ? write_passes_json(output.writer()) : write_passes_text(output.writer());
  OCITIDY_CHECK(output.finish());
  return ExitCode::clean;
}

}  // namespace

void add_passes_command(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<OutputOptions>();
  CLI::App* command =
      app.add_subcommand("passes", "List what optimize can do, in its order: id, class, mildest preset, title");
  add_format_option(*command, *options, {"text", "json"});
  add_output_option(*command, *options);
  command->footer(
      "A preset holds the passes of those before it: lossless, reproducible, lambda, lean, aggressive.\n"
      "The preset trace is lambda, and what a list of used paths allows.\n"
      "Example:\n  ocitidy passes --format json");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace ocitidy::cli
