// verify.cc - `ocitidy verify`.
#include <memory>

#include "commands.h"
#include "input_guard.h"
#include "ocitidy/optimize.h"
#include "ocitidy/report.h"
#include "options.h"
#include "output.h"
#include "read_file.h"
#include "terminal.h"

namespace ocitidy::cli {
namespace {

constexpr std::uint64_t kMostCertificateBytes = std::uint64_t{1} << 30;  // parse_certificate() takes no more

struct Arguments {
  ImageOptions reading;
  OutputOptions output;
  std::string before, after, certificate;
};

Result<Image> open_one(const Arguments& arguments, const std::string& reference) {
  ImageOptions image = arguments.reading;
  image.reference = reference;
  return open_image(image);
}

Result<std::optional<Certificate>> read_certificate(const Arguments& arguments) {
  if (arguments.certificate.empty()) return std::nullopt;
  OCITIDY_TRY(const std::string text, read_file(arguments.certificate, kMostCertificateBytes));
  auto certificate = parse_certificate(text, arguments.reading.limits);
  if (!certificate) return fail_at(std::move(certificate).error(), "the certificate");
  return *std::move(certificate);
}

Result<ExitCode> run(const Arguments& arguments) {
  VerifyOptions options;
  OCITIDY_TRY(options.platform, platform_of(arguments.reading));
  options.limits = arguments.reading.limits;
  options.threads = arguments.reading.threads;

  OCITIDY_TRY(Output output, Output::open(arguments.output.path, arguments.before));
  OCITIDY_CHECK(arguments.output.path.empty() ? check_stdout_spares_input(arguments.after)
                                              : check_output_spares_input(arguments.output.path, arguments.after));
  OCITIDY_TRY(const std::optional<Certificate> certificate, read_certificate(arguments));
  OCITIDY_TRY(const Image before, open_one(arguments, arguments.before));
  OCITIDY_TRY(const Image after, open_one(arguments, arguments.after));
  OCITIDY_TRY(const Verification verification, verify(before, after, certificate ? &*certificate : nullptr, options));
  if (arguments.output.format == "json") {
    write_json(verification, output.writer());
  } else {
    write_text(verification, decide_colour(arguments.output.colour, output), output.writer());
  }
  OCITIDY_CHECK(output.finish());
  return verification.problems.empty() ? ExitCode::clean : ExitCode::findings;
}

}  // namespace

void add_verify_command(CLI::App& app, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("verify", "Compare what two images hold: equal, or different as a certificate says");
  add_image_argument(*command, "BEFORE", arguments->before);
  add_image_argument(*command, "AFTER", arguments->after);
  command->add_option("--certificate", arguments->certificate, "What 'ocitidy optimize --certificate' wrote")
      ->type_name("FILE");
  add_format_option(*command, arguments->output, {"text", "json"});
  add_output_option(*command, arguments->output);
  add_colour_option(*command, arguments->output);
  add_reading_options(*command, arguments->reading);
  command->footer(
      "Examples:\n"
      "  ocitidy verify app.tar small.tar\n"
      "  ocitidy verify app.tar small.tar --certificate proof.json\n"
      "Exit codes: 0 equal, or exactly as certified; 1 not; 2 wrong usage, 3 an image refused, 4 input/output error");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace ocitidy::cli
