// comparisons.cc - see comparisons.h.
#include "comparisons.h"

#include <charconv>

#include "read_file.h"
#include "terminal.h"

namespace ocitidy::cli {
namespace {

constexpr std::uint64_t kMostListBytes = std::uint64_t{64} << 20;  // parse_used_paths() takes no more

}  // namespace

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

Result<std::optional<std::vector<std::string>>> read_traces(const std::vector<std::string>& files,
                                                            const ImageConfig& config) {
  if (files.empty()) return std::nullopt;
  std::vector<std::string> all;
  for (const std::string& file : files) {
    OCITIDY_TRY(const std::string text, read_file(file, kMostListBytes));
    auto paths = parse_used_paths(text, config.working_dir.empty() ? "/" : config.working_dir);
    if (!paths) return fail_at(std::move(paths).error(), "'" + escape_for_terminal(file) + "'");
    all.insert(all.end(), paths->begin(), paths->end());
  }
  return all;
}

}  // namespace ocitidy::cli
