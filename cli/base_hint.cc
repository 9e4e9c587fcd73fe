// base_hint.cc - see base_hint.h.
#include "base_hint.h"

#include <charconv>

#include "ocitidy/optimize.h"

namespace ocitidy::cli {
namespace {

Result<BaseHint> of_number(const std::string& text) {
  std::uint32_t layers = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), layers);
  if (error == std::errc()) return BaseHint{.layers = layers};
  return fail(Code::invalid_argument, "--base: '" + text + "' is not a number of layers that an image can have");
}

}  // namespace

bool names_image(const std::string& text) { return text.find_first_not_of("0123456789") != std::string::npos; }

Result<BaseHint> base_hint(const std::string& text, const ImageOptions& options, const Platform& platform) {
  if (text.empty()) return BaseHint{};
  if (!names_image(text)) return of_number(text);
  ImageOptions base = options;
  base.reference = text;
  if (base.platform.empty()) base.platform = platform.str();
  auto opened = open_image(base);
  if (!opened) return fail_at(std::move(opened).error(), "--base");
  OCITIDY_TRY(const auto wanted, platform_of(base));
  auto config = config_of(*opened, wanted, options.limits);
  if (!config) return fail_at(std::move(config).error(), "--base");
  if (!config->diff_ids.empty()) return BaseHint{.diff_ids = std::move(config->diff_ids)};
  return fail(Code::invalid_argument, "--base: its config names no layers; give their number instead");
}

}  // namespace ocitidy::cli
