// rules.cc - `ocitidy rules`.
#include <memory>

#include "commands.h"
#include "ocitidy/report.h"
#include "options.h"
#include "output.h"

namespace ocitidy::cli {
namespace {

Result<ExitCode> run(const OutputOptions& options) {
  OCITIDY_TRY(Output output, Output::open(options.path, ""));
  options.format == "json" ? write_rules_json(output.writer()) : write_rules_text(output.writer());
  OCITIDY_CHECK(output.finish());
  return ExitCode::clean;
}

}  // namespace

void add_rules_command(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<OutputOptions>();
  CLI::App* command = app.add_subcommand("rules", "List every rule: id, severity, category, title");
  add_format_option(*command, *options, {"text", "json"});
  add_output_option(*command, *options);
  command->footer("Example:\n  ocitidy rules --format json");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace ocitidy::cli
