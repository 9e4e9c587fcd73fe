// options.h - arguments that several commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
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

/// Errors: invalid_argument.
Result<std::optional<Platform>> platform_of(const ImageOptions& options);

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
