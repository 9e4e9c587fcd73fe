// lint.cc - `ocitidy lint`.
#include <chrono>
#include <memory>

#include "base_hint.h"
#include "commands.h"
#include "comparisons.h"
#include "ocitidy/lint.h"
#include "ocitidy/optimize.h"
#include "ocitidy/report.h"
#include "options.h"
#include "output.h"
#include "suggest.h"
#include "terminal.h"

namespace ocitidy::cli {
namespace {

using Clock = std::chrono::system_clock;

struct Arguments {
  ImageOptions image;
  OutputOptions output;
  std::string fail_on = "error", profile = "lambda", base, today, budget;
  std::vector<std::string> select, ignore, against, traces;
};

/// The day that rules about dates go by. Only here is a clock read: the library is told.
Result<std::int64_t> now(const std::string& today) {
  if (today.empty()) return std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
  auto day = parse_day(today);
  if (!day) return fail_at(std::move(day).error(), "--today");
  return *day;
}

/// --base, --against and --trace. An image among several is chosen for the platform of the one that is linted.
Result<void> add_what_is_read(const Arguments& arguments, const Image& image, LintOptions& options) {
  const bool base_is_image = names_image(arguments.base);
  Platform platform;
  if (base_is_image || !arguments.against.empty() || !arguments.traces.empty()) {
    OCITIDY_TRY(const ImageConfig config, config_of(image, options.platform, options.limits));
    OCITIDY_TRY(Traces traces, read_traces(arguments.traces, config));
    options.used_paths = std::move(traces.used_paths);
    platform = config.platform;
  }
  OCITIDY_TRY(options.base, base_hint(arguments.base, arguments.image, platform));
  if (base_is_image) {
    OCITIDY_TRY(auto base, open_all({arguments.base}, "--base", arguments.image, platform));
    options.base_image = std::move(base.front());
  }
  OCITIDY_TRY(options.against, open_all(arguments.against, "--against", arguments.image, platform));
  return {};
}

bool fails(const Report& report, const std::string& fail_on) {
  const auto threshold = parse_severity(fail_on);
  return threshold && report.fails(*threshold);  // "none" is no severity
}

Result<ExitCode> run(const Arguments& arguments) {
  OCITIDY_CHECK(check_rule_ids(arguments.select));
  OCITIDY_CHECK(check_rule_ids(arguments.ignore));
  LintOptions options;
  options.select = arguments.select;
  options.ignore = arguments.ignore;
  OCITIDY_TRY(options.profile, parse_profile(arguments.profile));
  OCITIDY_TRY(options.platform, platform_of(arguments.image));
  OCITIDY_TRY(options.now_s, now(arguments.today));
  OCITIDY_TRY(options.budget, parse_budget(arguments.budget));
  options.limits = arguments.image.limits;
  options.threads = arguments.image.threads;

  OCITIDY_CHECK(check_output_spares(arguments.output.path, arguments.against));
  OCITIDY_TRY(Output output, Output::open(arguments.output.path, arguments.image.reference));
  OCITIDY_TRY(const Image image, open_image(arguments.image));
  OCITIDY_CHECK(add_what_is_read(arguments, image, options));
  OCITIDY_TRY(const Report report, lint(image, options));
  if (arguments.output.format == "json") {
    write_json(report, output.writer());
  } else {
    write_text(report, decide_colour(arguments.output.colour, output), output.writer());
  }
  OCITIDY_CHECK(output.finish());
  return fails(report, arguments.fail_on) ? ExitCode::findings : ExitCode::clean;
}

void add_comparisons(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--base", arguments.base,
                  "The base image, or its number of layers: what is found inside it does not count")
      ->type_name("N|IMAGE");
  add_against_option(command, arguments.against);
  add_trace_option(command, arguments.traces);
  command
      .add_option("--budget-new-chunks", arguments.budget,
                  "An error when more chunks of 512 KiB are in none of --against and --base")
      ->type_name("N|P%");
}

}  // namespace

void add_lint_command(CLI::App& app, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("lint", "Say whether AWS Lambda will take an image, and start it fast");
  add_image_options(*command, arguments->image);
  command->add_option("--fail-on", arguments->fail_on, "Least severity that ends with exit code 1; default: error")
      ->check(CLI::IsMember(std::vector<std::string>{"error", "warning", "info", "none"}));
  command
      ->add_option("--profile", arguments->profile,
                   "What to judge for: lambda (default), oci (the image-spec alone) or generic (a good image anywhere)")
      ->check(CLI::IsMember(std::vector<std::string>{"lambda", "oci", "generic"}));
  add_comparisons(*command, *arguments);
  command->add_option("--today", arguments->today, "The day that dates are judged by; default: the clock's")
      ->type_name("YYYY-MM-DD");
  command->add_option("--select", arguments->select, "Only these rules, of any profile")
      ->type_name("ID[,ID]")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--ignore", arguments->ignore, "All but these rules")
      ->type_name("ID[,ID]")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_format_option(*command, arguments->output, {"text", "json"});
  add_output_option(*command, arguments->output);
  add_colour_option(*command, arguments->output);
  command->footer(
      "Examples:\n"
      "  ocitidy lint app.tar\n"
      "  ocitidy lint oci:build/image:latest --platform linux/arm64 --fail-on warning\n"
      "  ocitidy lint new.tar --against deployed.tar --budget-new-chunks 5%\n"
      "  docker save app | ocitidy lint - --format json -o report.json\n"
      "Exit codes: 0 nothing found, 1 findings, 2 wrong usage, 3 image refused, 4 input/output error, 5 internal "
      "error");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace ocitidy::cli
