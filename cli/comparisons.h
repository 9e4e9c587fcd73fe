// comparisons.h - what several commands ask for in the same way: images to compare with, traces, a budget.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ocitidy/optimize.h"
#include "options.h"

namespace ocitidy::cli {

void add_against_option(CLI::App& command, std::vector<std::string>& references);
void add_trace_option(CLI::App& command, std::vector<std::string>& files);

/// The output, standard output for "", is none of these images; the main one is checked where it is opened.
/// Errors: invalid_argument.
Result<void> check_output_spares(const std::string& output, const std::vector<std::string>& references);

/// --budget-new-chunks: "120" or "2.5%"; none for "". Errors: invalid_argument.
Result<std::optional<NewChunkBudget>> parse_budget(const std::string& text);

/// Images to compare with, each opened as the main one is, for `platform` unless the options name one. `option` is for
/// messages: "--against". Errors: as open_image().
Result<std::vector<Image>> open_all(const std::vector<std::string>& references, const std::string& option,
                                    const ImageOptions& as, const Platform& platform);

/// --trace: what all the files name, in their order; none without any. Relative paths count from the image's WORKDIR.
/// Errors: as read_file() and parse_used_paths().
struct Traces {
  std::optional<std::vector<std::string>> used_paths;
  bool imports_only = false;  ///< Python's own lists, and nothing else
};
Result<Traces> read_traces(const std::vector<std::string>& files, const ImageConfig& config);

}  // namespace ocitidy::cli
