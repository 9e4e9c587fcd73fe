// platform.cc - os/arch[/variant], and which image answers which request.
#include "base/text.h"
#include "ocitidy/oci.h"

namespace ocitidy {
namespace {

/// image-spec image-index.md, platform variants: arm64 is v8; arm without a variant is commonly read as v7, but nothing
/// says so, thus only arm64 gets a default here.
std::string_view variant_of(const Platform& platform) {
  return platform.variant.empty() && platform.architecture == "arm64" ? "v8" : std::string_view(platform.variant);
}

}  // namespace

Result<Platform> Platform::parse(std::string_view text) {
  Platform platform;
  const std::size_t first = text.find('/');
  const auto bad = [&] {
    return fail(Code::invalid_argument,
                cat("platform ", quote(text), " is not os/arch or os/arch/variant, such as linux/arm64"));
  };
  if (first == std::string_view::npos) return bad();
  const std::size_t second = text.find('/', first + 1);
  platform.os = text.substr(0, first);
  platform.architecture = text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
  if (second != std::string_view::npos) platform.variant = text.substr(second + 1);
  const bool empty_variant = second != std::string_view::npos && platform.variant.empty();
  if (platform.os.empty() || platform.architecture.empty() || empty_variant ||
      platform.variant.find('/') != std::string::npos) {
    return bad();
  }
  return platform;
}

std::string Platform::str() const {
  if (os.empty() && architecture.empty()) return "";
  return variant.empty() ? cat(os, "/", architecture) : cat(os, "/", architecture, "/", variant);
}

bool Platform::answers(const Platform& wanted) const {
  if (os != wanted.os || architecture != wanted.architecture) return false;
  return wanted.variant.empty() || variant_of(*this) == variant_of(wanted);
}

std::optional<std::string_view> env_value(const ImageConfig& config, std::string_view name) {
  std::optional<std::string_view> value;
  for (const std::string_view pair : config.env) {
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      value = pair.substr(name.size() + 1);
  }
  return value;
}

}  // namespace ocitidy
