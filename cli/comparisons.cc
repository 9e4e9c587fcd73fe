// comparisons.cc - see comparisons.h.
#include "comparisons.h"

#include <charconv>

#include "input_guard.h"
#include "read_file.h"
#include "terminal.h"

namespace ocitidy::cli {
namespace {

constexpr std::uint64_t kMostListBytes = std::uint64_t{64} << 20;  // parse_used_paths() takes no more

}  // namespace

void add_against_option(CLI::App& command, std::vector<std::string>& references) {
  command
      .add_option("--against", references, "An image that Lambda has already, such as the one deployed now; repeatable")
      ->allow_extra_args(false)
      ->type_name("IMAGE");
}

void add_trace_option(CLI::App& command, std::vector<std::string>& files) {
  command
      .add_option("--trace", files,
                  "Paths used at start: one a line, the output of strace -f, or what\n"
                  "docs/recording-a-trace.md lists; repeatable")
      ->allow_extra_args(false)
      ->type_name("FILE");
}

Result<void> check_output_spares(const std::string& output, const std::vector<std::string>& references) {
  for (const std::string& reference : references) {
    OCITIDY_CHECK(output.empty() ? check_stdout_spares_input(reference) : check_output_spares_input(output, reference));
  }
  return {};
}

Result<std::optional<NewChunkBudget>> parse_budget(const std::string& text) {
  if (text.empty()) return std::nullopt;
  NewChunkBudget budget;
  std::string_view digits = text;
  if (digits.ends_with('%')) {
    budget.unit = NewChunkBudget::Unit::percent;
    digits.remove_suffix(1);
  }
  const bool is_percent = budget.unit == NewChunkBudget::Unit::percent;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), budget.limit, std::chars_format::fixed);
  const bool only_digits =
      !digits.empty() && digits.find_first_not_of(is_percent ? "0123456789." : "0123456789") == std::string_view::npos;
  if (error != std::errc() || end != digits.data() + digits.size() || !only_digits ||
      (is_percent && budget.limit > 100)) {
    return fail(Code::invalid_argument, "--budget-new-chunks: '" + escape_for_terminal(text) +
                                            "' is not a number of chunks such as 120, or a share of them such as 5%");
  }
  return budget;
}

Result<std::vector<Image>> open_all(const std::vector<std::string>& references, const std::string& option,
                                    const ImageOptions& as, const Platform& platform) {
  std::vector<Image> images;
  for (const std::string& reference : references) {
    ImageOptions options = as;
    options.reference = reference;
    if (options.platform.empty()) options.platform = platform.str();
    auto image = open_image(options);
    if (!image) return fail_at(std::move(image).error(), option + " '" + escape_for_terminal(reference) + "'");
    images.push_back(*std::move(image));
  }
  return images;
}

Result<Traces> read_traces(const std::vector<std::string>& files, const ImageConfig& config) {
  if (files.empty()) return Traces{};
  Traces all{.used_paths = std::vector<std::string>(), .imports_only = true};
  for (const std::string& file : files) {
    OCITIDY_TRY(const std::string text, read_file(file, kMostListBytes));
    auto paths = parse_used_paths(text, config.working_dir.empty() ? "/" : config.working_dir);
    if (!paths) return fail_at(std::move(paths).error(), "'" + escape_for_terminal(file) + "'");
    all.used_paths->insert(all.used_paths->end(), paths->begin(), paths->end());
    all.imports_only = all.imports_only && is_import_trace(text);
  }
  return all;
}

}  // namespace ocitidy::cli
