// coldstart.cc - `ocitidy coldstart`.
#include "ocitidy/coldstart.h"

#include <memory>

#include "base_hint.h"
#include "commands.h"
#include "comparisons.h"
#include "ocitidy/optimize.h"
#include "ocitidy/report.h"
#include "options.h"
#include "output.h"
#include "terminal.h"

namespace ocitidy::cli {
namespace {

struct Arguments {
  ImageOptions image;
  OutputOptions output;
  std::vector<std::string> against, history, traces;
  std::string base, budget;
};

Result<ExitCode> run(const Arguments& arguments) {
  ColdStartOptions options;
  OCITIDY_TRY(options.platform, platform_of(arguments.image));
  OCITIDY_TRY(options.budget, parse_budget(arguments.budget));
  options.limits = arguments.image.limits;
  options.threads = arguments.image.threads;

  OCITIDY_CHECK(check_output_spares(arguments.output.path, arguments.against));
  OCITIDY_CHECK(check_output_spares(arguments.output.path, arguments.history));
  OCITIDY_TRY(Output output, Output::open(arguments.output.path, arguments.image.reference));
  OCITIDY_TRY(const Image image, open_image(arguments.image));
  OCITIDY_TRY(const ImageConfig config, config_of(image, options.platform, options.limits));
  OCITIDY_TRY(options.base, base_hint(arguments.base, arguments.image, config.platform));
  OCITIDY_TRY(Traces traces, read_traces(arguments.traces, config));
  options.used_paths = std::move(traces.used_paths);
  OCITIDY_TRY(const auto against, open_all(arguments.against, "--against", arguments.image, config.platform));
  OCITIDY_TRY(const auto history, open_all(arguments.history, "--history", arguments.image, config.platform));
  OCITIDY_TRY(const ColdStartReport report, coldstart(image, against, history, options));
  if (arguments.output.format == "json") {
    write_json(report, output.writer());
  } else {
    write_text(report, decide_colour(arguments.output.colour, output), output.writer());
  }
  OCITIDY_CHECK(output.finish());
  return report.exceeds_budget() ? ExitCode::findings : ExitCode::clean;
}

void add_comparisons(CLI::App& command, Arguments& arguments) {
  add_against_option(command, arguments.against);
  command
      .add_option("--history", arguments.history,
                  "An earlier image of the same function, oldest first: shows what changes often; repeatable")
      ->allow_extra_args(false)
      ->type_name("IMAGE");
  add_trace_option(command, arguments.traces);
  command.add_option("--base", arguments.base, "The base, which others have brought: its number of layers, or itself")
      ->type_name("N|IMAGE");
  command.add_option("--budget-new-chunks", arguments.budget, "End with exit code 1 when more chunks are new")
      ->type_name("N|P%");
}

}  // namespace

void add_coldstart_command(CLI::App& app, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "coldstart", "Estimate how much of an image Lambda must fetch anew, in chunks of its flattened file system");
  add_image_options(*command, arguments->image);
  add_comparisons(*command, *arguments);
  add_format_option(*command, arguments->output, {"text", "json"});
  add_output_option(*command, arguments->output);
  add_colour_option(*command, arguments->output);
  command->footer(
      "All counts are estimates: docs/coldstart.md.\n"
      "Examples:\n"
      "  ocitidy coldstart new.tar --against deployed.tar\n"
      "  ocitidy coldstart new.tar --against deployed.tar --trace start.strace --budget-new-chunks 5%\n"
      "  ocitidy coldstart oci:build/image --base oci:base --history older.tar --history old.tar --format json\n"
      "Exit codes: 0 done, 1 more new chunks than the budget allows, 2 wrong usage, 3 image refused, 4 input/output "
      "error, 5 internal error");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace ocitidy::cli
