// optimize.cc - `ocitidy optimize`.
#include <algorithm>
#include <memory>
#include <optional>

#include "base_hint.h"
#include "commands.h"
#include "comparisons.h"
#include "input_guard.h"
#include "interruptible.h"
#include "ocitidy/report.h"
#include "optimize_options.h"
#include "output.h"
#include "signals.h"
#include "terminal.h"

namespace ocitidy::cli {
namespace {

Result<Image> open_other(const std::string& option, const std::string& reference, const OptimizeArguments& arguments) {
  ImageOptions other = arguments.image;
  other.reference = reference;
  auto image = open_image(other);
  if (!image) return fail_at(std::move(image).error(), option);
  return image;
}

/// --history and --plan-from.
Result<void> add_other_builds(const OptimizeArguments& arguments, OptimizeOptions& options) {
  for (const std::string& reference : arguments.history) {
    OCITIDY_TRY(Image image, open_other("--history", reference, arguments));
    options.history.push_back(std::move(image));
  }
  if (arguments.plan_from.empty()) return {};
  OCITIDY_TRY(const Image image, open_other("--plan-from", arguments.plan_from, arguments));
  OCITIDY_TRY(const auto plan, layer_plan_of(image, options.platform, options.limits));
  options.plan_from = plan.value_or("");
  return {};
}

/// May `options` remove what a list of used paths does not name?
bool removes_unused(const OptimizeOptions& options) {
  if (options.passes.empty()) return options.preset == Preset::trace;
  return std::ranges::any_of(options.passes, [](const std::string& id) {
    const PassInfo* const pass = find_pass(id);
    return pass != nullptr && pass->safety == Safety::semantic;
  });
}

Result<void> read_path_lists(const OptimizeArguments& arguments, const ImageConfig& config, OptimizeOptions& options) {
  OCITIDY_TRY(Traces traces, read_traces(arguments.path_lists, config));
  if (traces.used_paths) options.used_paths = *std::move(traces.used_paths);
  if (!traces.imports_only || !removes_unused(options)) return {};
  return fail(Code::invalid_argument,
              "--trace: Python's own lists (-v, -X importtime) name modules alone, not the interpreter, its libraries "
              "and data; passes that remove what no trace saw need a list from strace -f");
}

/// --base IMAGE and the path lists: what needs a look at the image's config, and at other files.
Result<void> add_what_is_read(const OptimizeArguments& arguments, const Image& image, OptimizeOptions& options) {
  OCITIDY_CHECK(add_other_builds(arguments, options));
  if (!names_image(arguments.base) && arguments.path_lists.empty() && !options.merge_range) return {};
  OCITIDY_TRY(const ImageConfig config, config_of(image, options.platform, options.limits));
  if (options.merge_range && !config.diff_ids.empty() && options.merge_range->second >= config.diff_ids.size()) {
    return fail(Code::invalid_argument, "--merge: there is no layer " + std::to_string(options.merge_range->second) +
                                            "; the image has " + std::to_string(config.diff_ids.size()));
  }
  OCITIDY_CHECK(read_path_lists(arguments, config, options));
  if (!names_image(arguments.base)) return {};
  OCITIDY_TRY(BaseHint base, base_hint(arguments.base, arguments.image, config.platform));
  options.base_diff_ids = std::move(base.diff_ids);
  return {};
}

/// The name that the image has where it comes from, for a target whose reference gives none; "" when it has none.
std::string name_of(const Image& image) {
  for (const char* key : {"org.opencontainers.image.ref.name", "io.containerd.image.name"}) {
    const auto it = image.root.annotations.find(key);
    if (it != image.root.annotations.end() && !it->second.empty()) return it->second;
  }
  constexpr std::string_view transport = "docker-archive:";
  if (!image.reference.starts_with(transport)) return "";
  const std::string_view rest = std::string_view(image.reference).substr(transport.size());
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || rest.substr(colon + 1).starts_with('@')) return "";
  return std::string(rest.substr(colon + 1));
}

Result<OptimizeReport> plan(const OptimizeArguments& arguments, const Image& image, const OptimizeOptions& options) {
  const bool docker = arguments.target.starts_with("docker-archive:");
  MemoryImageWriter nowhere(docker ? Transport::docker_archive : Transport::blobs);
  return optimize(image, &nowhere, options);
}

/// Writes, proves and publishes the image; a signal meanwhile takes all of it away before it ends the process.
Result<OptimizeReport> rewrite(const OptimizeArguments& arguments, const Image& image, const OptimizeOptions& options) {
  const SignalKeeper keeper;
  CreateOptions create;
  create.overwrite = arguments.force ? Overwrite::replace : Overwrite::refuse;
  create.input_reference = arguments.image.reference;
  create.default_name = name_of(image);
  create.limits = options.limits;
  OCITIDY_TRY(auto target, create_image(arguments.target, create));
  const bool plain_only = target->transport() == Transport::docker_archive;
  if (plain_only && options.codec && *options.codec != Codec::none) {
    return fail(Code::invalid_argument, "--compression: a docker-archive holds plain layers only");
  }
  const auto writer = interruptible(std::move(target));
  return optimize(interruptible(image), writer.get(), options);
}

/// The image has its name by now, whatever becomes of this.
Result<void> finish_certificate(const OptimizeArguments& arguments, const Certificate& certificate, Output& output) {
  write_certificate(certificate, output.writer());
  auto done = output.finish();
  if (done) return {};
  Error error = std::move(done).error();
  error.message += "; the new image '" + escape_for_terminal(arguments.target) + "' is there, without its certificate";
  return fail(std::move(error));
}

Result<ExitCode> run(const OptimizeArguments& arguments) {
  OCITIDY_TRY(OptimizeOptions options, optimize_options(arguments));
  OCITIDY_TRY(Output output, Output::open("", arguments.image.reference));
  std::optional<Output> certificate;
  if (!arguments.certificate.empty()) {
    OCITIDY_CHECK(check_file_spares_target(arguments.certificate, arguments.target));
    OCITIDY_TRY(certificate, Output::open(arguments.certificate, arguments.image.reference));
  }
  OCITIDY_TRY(const Image image, open_image(arguments.image));
  OCITIDY_CHECK(add_what_is_read(arguments, image, options));
  OCITIDY_TRY(const OptimizeReport report,
              arguments.dry_run ? plan(arguments, image, options) : rewrite(arguments, image, options));
  if (certificate) OCITIDY_CHECK(finish_certificate(arguments, report.certificate, *certificate));
  if (arguments.report.format == "json") {
    write_json(report, output.writer());
  } else {
    write_text(report, decide_colour(arguments.report.colour, output), output.writer());
  }
  OCITIDY_CHECK(output.finish());
  return ExitCode::clean;
}

}  // namespace

void add_optimize_command(CLI::App& app, Action& chosen) {
  const auto arguments = std::make_shared<OptimizeArguments>();
  CLI::App* command = app.add_subcommand(
      "optimize", "Rewrite an image so that Lambda takes it and starts it fast, and prove that nothing else changed");
  add_optimize_options(*command, *arguments);
  command->footer(
      "The input is never changed. The new image gets its name only when it has been read back and proven.\n"
      "Examples:\n"
      "  ocitidy optimize app.tar --dry-run\n"
      "  ocitidy optimize app.tar -o oci-archive:small.tar --certificate proof.json\n"
      "  ocitidy optimize oci:build/image:1.2 -o docker-archive:app.tar:app:1.2 --preset lambda --env HOME=/tmp\n"
      "Exit codes: 0 done, 2 wrong usage, 3 image refused, 4 input/output error, 5 the proof failed: nothing was "
      "published");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace ocitidy::cli
