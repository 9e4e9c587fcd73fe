// inspect.cc - `ocitidy inspect`.
#include <memory>

#include "commands.h"
#include "ocitidy/inspect.h"
#include "ocitidy/report.h"
#include "options.h"
#include "output.h"
#include "terminal.h"

namespace ocitidy::cli {
namespace {

struct Arguments {
  ImageOptions image;
  OutputOptions output;
  bool files = false;
};

Result<void> check_format(const Arguments& arguments) {
  const std::string& format = arguments.output.format;
  if (arguments.files && format != "jsonl" && !format.empty()) {
    return fail(Code::invalid_argument, "--files comes as --format jsonl only");
  }
  if (!arguments.files && format == "jsonl") {
    return fail(Code::invalid_argument, "--format jsonl is for --files only");
  }
  return {};
}

Result<ExitCode> run(const Arguments& arguments) {
  OCITIDY_CHECK(check_format(arguments));
  InspectOptions options;
  OCITIDY_TRY(options.platform, platform_of(arguments.image));
  options.limits = arguments.image.limits;
  options.threads = arguments.image.threads;
  options.content = arguments.files ? InspectOptions::Hash::sha256 : InspectOptions::Hash::none;

  OCITIDY_TRY(Output output, Output::open(arguments.output.path, arguments.image.reference));
  OCITIDY_TRY(const Image image, open_image(arguments.image));
  OCITIDY_TRY(const ImageModel model, scan(image, options));
  if (arguments.files) {
    write_files_jsonl(model, output.writer());
  } else if (arguments.output.format == "json") {
    write_json(inspect(model), output.writer());
  } else {
    write_text(inspect(model), decide_colour(arguments.output.colour, output), output.writer());
  }
  OCITIDY_CHECK(output.finish());
  return ExitCode::clean;
}

}  // namespace

void add_inspect_command(CLI::App& app, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("inspect", "Show what an image is made of: documents, layers, wasted bytes");
  add_image_options(*command, arguments->image);
  command->add_flag("--files", arguments->files, "List every visible path, with the SHA-256 of its content");
  add_format_option(*command, arguments->output, {"text", "json", "jsonl"});
  add_output_option(*command, arguments->output);
  add_colour_option(*command, arguments->output);
  command->footer(
      "With --files the format is jsonl: one JSON object a line.\n"
      "Examples:\n"
      "  ocitidy inspect app.tar\n"
      "  ocitidy inspect docker-archive:app.tar:app:1.2 --format json\n"
      "  ocitidy inspect oci:build/image --files -o files.jsonl");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace ocitidy::cli
