// options.h - arguments that several commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image.h"

namespace ocitidy::cli {

struct ImageOptions {
  std::string reference, platform;
  unsigned threads = 1;
  Limits limits;
};

/// IMAGE, --platform, --threads and the limits.
void add_image_options(CLI::App& command, ImageOptions& options);
/// IMAGE alone, under that name.
void add_image_argument(CLI::App& command, const std::string& name, std::string& reference);
/// All but IMAGE. `layer_limit` is the name of the limit on layers, for a command that needs --max-layers itself.
void add_reading_options(CLI::App& command, ImageOptions& options, const std::string& layer_limit = "--max-layers");

/// A number, and for bytes "64K", "64M", "64G" (powers of 1024). None for zero, for anything else, and for what does
/// not fit.
enum class Unit : std::uint8_t { count, bytes };
std::optional<std::uint64_t> parse_number(std::string_view text, Unit unit);

/// Errors: invalid_argument.
Result<std::optional<Platform>> platform_of(const ImageOptions& options);

/// TMPDIR, or /tmp: where what has to wait on disk waits.
std::string temporary_directory();

/// Opens the image; what must be spooled goes to TMPDIR. Errors: as open_image().
Result<Image> open_image(const ImageOptions& options);

struct OutputOptions {
  std::string path, format, colour = "auto";
};

void add_output_option(CLI::App& command, OutputOptions& options);
/// --format, one of `formats`; the first is the default.
void add_format_option(CLI::App& command, OutputOptions& options, const std::vector<std::string>& formats);
void add_colour_option(CLI::App& command, OutputOptions& options);

}  // namespace ocitidy::cli
