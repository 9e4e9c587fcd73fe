// optimize_options.h - the arguments of `ocitidy optimize`, and what they mean to the library.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ocitidy/optimize.h"
#include "options.h"

namespace ocitidy::cli {

struct OptimizeArguments {
  ImageOptions image;
  OutputOptions report;
  std::string target, certificate;
  bool dry_run = false, force = false;

  std::string preset = "lossless";
  std::vector<std::string> passes, no_passes, keep, env, path_lists, history;
  std::string base, merge, merge_below, max_layers, plan_from, compression, epoch;
  std::string family = "keep", pyc = "move-time";
  bool touch_base = false, squash = false, fast = false, best = false;
  int level = 0;
};

/// IMAGE and everything that stands behind it.
void add_optimize_options(CLI::App& command, OptimizeArguments& arguments);

/// All but what needs the image or another file: --base IMAGE and the path lists. Reads SOURCE_DATE_EPOCH.
/// Errors: invalid_argument.
Result<OptimizeOptions> optimize_options(const OptimizeArguments& arguments);

}  // namespace ocitidy::cli
