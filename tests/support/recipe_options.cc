// recipe_options.cc - see recipe_options.h.
#include "support/recipe_options.h"

#include <limits>

#include "base/text.h"
#include "ocitidy/optimize.h"

namespace ocitidy::test {
namespace {

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

Result<NewChunkBudget> budget_of(std::string_view text) {
  const bool is_percent = text.ends_with('%');
  OCITIDY_TRY(const std::uint64_t limit, parse_number(text.substr(0, text.size() - (is_percent ? 1 : 0)), 10, kMax32));
  return NewChunkBudget{.unit = is_percent ? NewChunkBudget::Unit::percent : NewChunkBudget::Unit::chunks,
                        .limit = static_cast<double>(limit)};
}

}  // namespace

Result<void> option_word(const Word& word, LintOptions& options) {
  if (const auto platform = value_of(word, "platform")) {
    OCITIDY_TRY(options.platform, Platform::parse(*platform));
  } else if (const auto size = value_of(word, "min-waste")) {
    OCITIDY_TRY(options.min_waste_bytes, parse_size(*size));
  } else if (const auto profile = value_of(word, "profile")) {
    OCITIDY_TRY(options.profile, parse_profile(*profile));
  } else if (const auto layers = value_of(word, "base")) {
    OCITIDY_TRY(const std::uint64_t count, parse_number(*layers, 10, kMax32));
    options.base.layers = static_cast<std::uint32_t>(count);
  } else if (const auto day = value_of(word, "today")) {
    OCITIDY_TRY(options.now_s, parse_day(*day));
  } else if (const auto used = value_of(word, "used")) {
    if (!options.used_paths) options.used_paths.emplace();
    options.used_paths->emplace_back(*used);
  } else if (const auto budget = value_of(word, "budget")) {
    OCITIDY_TRY(options.budget, budget_of(*budget));
  } else {
    return fail(Code::invalid_argument, cat("unknown word ", quote(word.text)));
  }
  return {};
}

Result<void> set_aside(std::string_view role, const ImageSpec& image, LintOptions& options) {
  Image other = build_image(image).image;
  if (role == "against") {
    options.against.push_back(std::move(other));
    return {};
  }
  OCITIDY_TRY(ImageConfig config, config_of(other, {}, {}));
  options.base.diff_ids = std::move(config.diff_ids);
  options.base_image = std::move(other);
  return {};
}

}  // namespace ocitidy::test
