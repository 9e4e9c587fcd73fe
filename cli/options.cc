// options.cc - see options.h.
#include "options.h"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdlib>
#include <limits>
#include <thread>

namespace ocitidy::cli {
namespace {

constexpr unsigned kMostThreads = 1024;

template <std::unsigned_integral Number>
void add_limit(CLI::App& command, const std::string& name, Number& limit, Unit unit, const std::string& help) {
  const auto store = [name, unit, &limit](const std::string& text) {
    const auto value = parse_number(text, unit);
    if (!value || *value > std::numeric_limits<Number>::max()) {
      throw CLI::ValidationError(name, "'" + text + "' is not a " +
                                           (unit == Unit::bytes ? "size such as 4096, 16M or 2G" : "positive number"));
    }
    limit = static_cast<Number>(*value);
  };
  command.add_option_function<std::string>(name, store, help)
      ->type_name(unit == Unit::bytes ? "SIZE" : "N")
      ->group("Limits");
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text, Unit unit) {
  std::uint64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || value == 0) return std::nullopt;
  if (end == last) return value;
  constexpr std::string_view suffixes = "KMG";
  const std::size_t power = suffixes.find(*end) + 1;  // npos + 1 is 0
  if (unit != Unit::bytes || power == 0 || end + 1 != last) return std::nullopt;
  if (value > std::numeric_limits<std::uint64_t>::max() >> (10 * power)) return std::nullopt;
  return value << (10 * power);
}

void add_image_argument(CLI::App& command, const std::string& name, std::string& reference) {
  command
      .add_option(name, reference,
                  "oci:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG],\n"
                  "a path to any of these, or - for standard input")
      ->type_name("")
      ->required();
}

void add_image_options(CLI::App& command, ImageOptions& options) {
  add_image_argument(command, "IMAGE", options.reference);
  add_reading_options(command, options);
}

void add_reading_options(CLI::App& command, ImageOptions& options, const std::string& layer_limit) {
  options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  command.add_option("--platform", options.platform, "Which image of a multi-platform index")
      ->type_name("OS/ARCH[/VARIANT]");
  command.add_option("--threads", options.threads, "Layers read at one time; default: all cores")
      ->type_name("N")
      ->check(CLI::Range(1U, kMostThreads));
  add_limit(command, "--max-spool", options.limits.spool_bytes, Unit::bytes,
            "Most bytes of a compressed or piped image kept in TMPDIR (32G)");
  add_limit(command, "--max-entries", options.limits.entries, Unit::count, "Most files in all layers (5000000)");
  add_limit(command, layer_limit, options.limits.layers, Unit::count, "Most layers (1000)");
  add_limit(command, "--max-json", options.limits.json_bytes, Unit::bytes, "Largest manifest, index or config (16M)");
}

Result<std::optional<Platform>> platform_of(const ImageOptions& options) {
  if (options.platform.empty()) return std::nullopt;
  OCITIDY_TRY(Platform platform, Platform::parse(options.platform));
  return platform;
}

std::string temporary_directory() {
  const char* const variable = std::getenv("TMPDIR");
  return variable == nullptr || *variable == '\0' ? "/tmp" : variable;
}

Result<Image> open_image(const ImageOptions& options) {
  OpenOptions open;
  OCITIDY_TRY(open.platform, platform_of(options));
  open.limits = options.limits;
  open.spool_directory = temporary_directory();
  return ocitidy::open_image(options.reference, open);
}

void add_output_option(CLI::App& command, OutputOptions& options) {
  command.add_option("-o,--output", options.path, "Write to this file, all or nothing, instead of standard output")
      ->type_name("FILE");
}

void add_format_option(CLI::App& command, OutputOptions& options, const std::vector<std::string>& formats) {
  command.add_option("--format", options.format, "Default: " + formats.front())->check(CLI::IsMember(formats));
}

void add_colour_option(CLI::App& command, OutputOptions& options) {
  command.add_option("--color", options.colour, "Default: auto, which heeds NO_COLOR")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "always", "never"}));
}

}  // namespace ocitidy::cli
