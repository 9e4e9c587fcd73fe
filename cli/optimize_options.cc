// optimize_options.cc - see optimize_options.h.
#include "optimize_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "base_hint.h"
#include "ocitidy/escape.h"
#include "suggest.h"

namespace ocitidy::cli {
namespace {

std::unexpected<Error> refuse(const std::string& option, const std::string& text, const std::string& wanted) {
  return fail(Code::invalid_argument, option + ": '" + escape_for_terminal(text) + "' is not " + wanted);
}

/// Digits only, from the first to the last byte.
template <std::integral Number>
std::optional<Number> parse_digits(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool only_digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (error != std::errc() || end != text.data() + text.size() || !only_digits) return std::nullopt;
  return value;
}

using Words = std::vector<std::string>;

void add_what(CLI::App& command, OptimizeArguments& arguments) {
  const auto list = [&](const char* name, Words& words, const char* help) {
    return command.add_option(name, words, help)->allow_extra_args(false)->group("What is done");
  };
  const auto text = [&](const char* name, std::string& word, const char* help) {
    return command.add_option(name, word, help)->group("What is done");
  };
  text("--preset", arguments.preset, "lossless (default), reproducible, lambda, lean, aggressive or trace")
      ->type_name("NAME");
  list("--passes", arguments.passes, "These passes instead of the preset's")->delimiter(',')->type_name("ID[,ID]");
  list("--no-pass", arguments.no_passes, "Leave these passes out")->delimiter(',')->type_name("ID[,ID]");
  list("--keep", arguments.keep, "Remove no path that fits, such as usr/share/doc/**; repeatable")->type_name("GLOB");
  list("--trace,--keep-list", arguments.path_lists,
       "Paths used at start: one a line, the output of strace -f, records of\n"
       "eStargz's optimizer, or of python -v or -X importtime;\n"
       "for orders that start fast, and --preset trace; repeatable")
      ->type_name("FILE");
  list("--env", arguments.env, "Set a variable in the config; repeatable")->type_name("NAME=VALUE");
  text("--source-date-epoch", arguments.epoch,
       "No time of the own layers stays later; default: the variable SOURCE_DATE_EPOCH")
      ->type_name("SECONDS");
  text("--pyc", arguments.pyc, "How Python bytecode follows a changed time; default: move-time")
      ->check(CLI::IsMember(Words{"move-time", "unchecked-hash"}));
}

void add_layers(CLI::App& command, OptimizeArguments& arguments) {
  const auto text = [&](const char* name, std::string& word, const char* help) {
    return command.add_option(name, word, help)->group("Layers");
  };
  text("--base", arguments.base, "The base, whose layers stay as they are: its number of layers, or the image itself")
      ->type_name("N|IMAGE");
  command.add_flag("--touch-base", arguments.touch_base, "Treat the base as any other layer")->group("Layers");
  command.add_flag("--squash", arguments.squash, "Make one layer of all that are not of the base")->group("Layers");
  text("--merge", arguments.merge, "Make one layer of these; 0 is the lowest")->type_name("FIRST-LAST");
  text("--merge-below", arguments.merge_below, "Merge neighbours that are both smaller")->type_name("SIZE");
  text("--max-layers", arguments.max_layers,
       "Make so few layers, the base counted: pack-layers cuts them, or else the\n"
       "smallest neighbours are merged")
      ->type_name("N");
  command
      .add_option("--history", arguments.history,
                  "An earlier build of the image, oldest first: tells what changes often; repeatable")
      ->type_name("IMAGE")
      ->allow_extra_args(false)
      ->group("Layers");
  text("--plan-from", arguments.plan_from, "The build before: what lay in which of its layers is kept")
      ->type_name("IMAGE");
  text("--compression", arguments.compression, "gzip, zstd or none for every layer; default: as it is, but never none")
      ->check(CLI::IsMember(Words{"gzip", "zstd", "none"}));
  auto* const level = command.add_option("--level", arguments.level, "1 to 12 for gzip, 1 to 19 for zstd");
  level->type_name("N")->check(CLI::Range(1, 19))->group("Layers");
  auto* const fast = command.add_flag("--fast", arguments.fast, "Compress new layers fast; they become larger");
  auto* const best =
      command.add_flag("--best", arguments.best, "Compress new layers small; it takes several times as long");
  fast->excludes(level)->group("Layers");
  best->excludes(level)->excludes(fast)->group("Layers");
  text("--media-types", arguments.family, "Whose media types the documents carry; default: keep")
      ->check(CLI::IsMember(Words{"keep", "oci", "docker"}));
}

Result<void> read_names(const OptimizeArguments& arguments, OptimizeOptions& options) {
  OCITIDY_CHECK(check_pass_ids(arguments.passes));
  OCITIDY_CHECK(check_pass_ids(arguments.no_passes));
  OCITIDY_TRY(options.preset, parse_preset(arguments.preset));
  options.passes = arguments.passes;
  options.no_passes = arguments.no_passes;
  options.keep = arguments.keep;
  for (const std::string& variable : arguments.env) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) return refuse("--env", variable, "NAME=VALUE");
    options.env.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return {};
}

Result<void> read_compression(const OptimizeArguments& arguments, OptimizeOptions& options) {
  const std::string& name = arguments.compression;
  if (!name.empty()) options.codec = name == "gzip" ? Codec::gzip : name == "zstd" ? Codec::zstd : Codec::none;
  options.level = arguments.level;
  options.effort = arguments.fast ? Effort::fast : arguments.best ? Effort::best : Effort::normal;
  if (options.level == 0) return {};
  if (!options.codec || options.codec == Codec::none) {
    return fail(Code::invalid_argument, "--level goes with --compression gzip or zstd");
  }
  if (options.codec == Codec::gzip && options.level > 12) {
    return refuse("--level", std::to_string(options.level), "a level of gzip, which has 1 to 12");
  }
  return {};
}

Result<void> read_merging(const OptimizeArguments& arguments, OptimizeOptions& options) {
  if (arguments.squash) options.squash = OptimizeOptions::Squash::own_layers;
  if (!arguments.merge.empty()) {
    const std::size_t dash = arguments.merge.find('-');
    const auto first = parse_digits<std::uint32_t>(std::string_view(arguments.merge).substr(0, dash));
    const auto last = dash == std::string::npos
                          ? std::nullopt
                          : parse_digits<std::uint32_t>(std::string_view(arguments.merge).substr(dash + 1));
    if (!first || !last || *first >= *last) return refuse("--merge", arguments.merge, "FIRST-LAST, such as 2-4");
    options.merge_range = {*first, *last};
  }
  if (!arguments.merge_below.empty()) {
    const auto bytes = parse_number(arguments.merge_below, Unit::bytes);
    if (!bytes) return refuse("--merge-below", arguments.merge_below, "a size such as 4096, 16M or 2G");
    options.merge_below_bytes = *bytes;
  }
  if (!arguments.max_layers.empty()) {
    options.max_layers = parse_digits<std::uint32_t>(arguments.max_layers);
    if (options.max_layers.value_or(0) == 0) return refuse("--max-layers", arguments.max_layers, "a positive number");
  }
  return {};
}

Result<void> read_base(const OptimizeArguments& arguments, OptimizeOptions& options) {
  if (arguments.touch_base) options.base = OptimizeOptions::Base::touchable;
  if (arguments.base.empty()) return {};
  if (arguments.touch_base) return fail(Code::invalid_argument, "--touch-base and --base contradict each other");
  if (names_image(arguments.base)) return {};
  OCITIDY_TRY(const BaseHint hint, base_hint(arguments.base, arguments.image, {}));
  options.base_layers = hint.layers;
  return {};
}

/// Source: https://reproducible-builds.org/specs/source-date-epoch/ (an unset variable and an empty one are the same
/// to a shell script that takes it away).
Result<void> read_epoch(const OptimizeArguments& arguments, OptimizeOptions& options) {
  std::string name = "--source-date-epoch", text = arguments.epoch;
  if (text.empty()) {
    const char* const variable = std::getenv("SOURCE_DATE_EPOCH");
    if (variable == nullptr || *variable == '\0') return {};
    name = "the variable SOURCE_DATE_EPOCH";
    text = variable;
  }
  options.source_date_epoch = parse_digits<std::int64_t>(text);
  if (!options.source_date_epoch) return refuse(name, text, "a number of seconds since 1970, in digits");
  return {};
}

/// An option that asks for something switches on the pass that does it.
Result<void> switch_on(OptimizeOptions& options, const std::string& option, const std::string& id) {
  const PassInfo* const pass = find_pass(id);
  if (pass == nullptr) return {};
  if (std::ranges::find(options.no_passes, id) != options.no_passes.end()) {
    return fail(Code::invalid_argument, option + " is done by " + id + ", which --no-pass leaves out");
  }
  if (options.passes.empty()) {
    if (preset_has(options.preset, *pass)) return {};
    for (const PassInfo* other : all_passes()) {
      if (preset_has(options.preset, *other)) options.passes.emplace_back(other->id);
    }
  }
  options.passes.push_back(id);
  return {};
}

bool runs(const OptimizeOptions& options, std::string_view id) {
  const auto has = [&](const Words& ids) { return std::ranges::find(ids, id) != ids.end(); };
  const PassInfo* const pass = find_pass(id);
  return !has(options.no_passes) &&
         (options.passes.empty() ? pass && preset_has(options.preset, *pass) : has(options.passes));
}

Result<void> switch_on_all(const OptimizeArguments& arguments, OptimizeOptions& options) {
  struct Wish {
    bool there;
    const char *option, *pass;
  };
  const std::array wishes = {Wish{!arguments.env.empty(), "--env", "set-env"},
                             Wish{!arguments.epoch.empty(), "--source-date-epoch", "clamp-mtimes"},
                             Wish{arguments.squash, "--squash", "merge-layers"},
                             Wish{!arguments.merge.empty(), "--merge", "merge-layers"},
                             Wish{!arguments.merge_below.empty(), "--merge-below", "merge-layers"},
                             Wish{!arguments.plan_from.empty(), "--plan-from", "pack-layers"},
                             Wish{!arguments.compression.empty(), "--compression", "recompress"},
                             Wish{arguments.family != "keep", "--media-types", "convert-media-types"}};
  for (const Wish& wish : wishes) {
    if (wish.there) OCITIDY_CHECK(switch_on(options, wish.option, wish.pass));
  }
  return arguments.max_layers.empty() || runs(options, "pack-layers")
             ? Result<void>()
             : switch_on(options, "--max-layers", "merge-layers");
}

Result<void> check_together(const OptimizeArguments& arguments, const OptimizeOptions& options) {
  if (arguments.target.empty() && !arguments.dry_run) {
    return fail(Code::invalid_argument, "-o is missing: where the new image goes; or --dry-run");
  }
  if (arguments.dry_run && !arguments.certificate.empty()) {
    return fail(Code::invalid_argument, "--dry-run proves nothing, so there is no certificate");
  }
  if (arguments.squash && !arguments.plan_from.empty()) {
    return fail(Code::invalid_argument,
                "--plan-from keeps the layers of the build before, --squash leaves one: not both");
  }
  const bool lists = !arguments.path_lists.empty();
  if (lists && options.preset < Preset::lambda && arguments.passes.empty()) {
    return fail(Code::invalid_argument, "--trace and --keep-list are for --preset lambda, lean, aggressive or trace");
  }
  if (!lists && options.preset == Preset::trace) {
    return fail(Code::invalid_argument, "--preset trace needs --trace FILE or --keep-list FILE");
  }
  return {};
}

}  // namespace

void add_optimize_options(CLI::App& command, OptimizeArguments& arguments) {
  add_image_argument(command, "IMAGE", arguments.image.reference);
  command
      .add_option("-o,--output", arguments.target,
                  "The new image: oci:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG],\n"
                  "or a path: FILE.tar is an OCI archive, anything else a layout folder")
      ->type_name("IMAGE");
  command.add_flag("--dry-run", arguments.dry_run, "Plan only: say what would be done, and write nothing");
  command.add_flag("--force", arguments.force, "Replace the image that has the name of the new one");
  command.add_option("--certificate", arguments.certificate, "Write what shows that nothing else changed")
      ->type_name("FILE");
  add_format_option(command, arguments.report, {"text", "json"});
  add_colour_option(command, arguments.report);
  add_what(command, arguments);
  add_layers(command, arguments);
  add_reading_options(command, arguments.image, "--max-input-layers");
}

Result<OptimizeOptions> optimize_options(const OptimizeArguments& arguments) {
  OptimizeOptions options;
  OCITIDY_CHECK(read_names(arguments, options));
  OCITIDY_CHECK(check_together(arguments, options));
  OCITIDY_CHECK(read_compression(arguments, options));
  OCITIDY_CHECK(read_merging(arguments, options));
  OCITIDY_CHECK(read_base(arguments, options));
  OCITIDY_CHECK(read_epoch(arguments, options));
  OCITIDY_CHECK(switch_on_all(arguments, options));
  options.family = arguments.family == "oci"      ? MediaFamily::oci
                   : arguments.family == "docker" ? MediaFamily::docker
                                                  : MediaFamily::keep;
  if (arguments.pyc == "unchecked-hash") options.pyc = OptimizeOptions::Pyc::unchecked_hash;
  if (arguments.dry_run) options.run = OptimizeOptions::Run::plan_only;
  OCITIDY_TRY(options.platform, platform_of(arguments.image));
  options.limits = arguments.image.limits;
  options.threads = arguments.image.threads;
  options.spool_directory = temporary_directory();
  return options;
}

}  // namespace ocitidy::cli
