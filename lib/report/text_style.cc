// text_style.cc - the look of all text for people. What comes from an image passes through shown().
#include "report/text_style.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/text.h"

namespace ocitidy {
namespace {

std::string_view start_sequence(Paint paint) {
  switch (paint) {
    case Paint::strong:
      return "\x1b[1m";
    case Paint::faint:
      return "\x1b[2m";
    case Paint::error:
      return "\x1b[1;31m";
    case Paint::warning:
      return "\x1b[1;33m";
    case Paint::info:
      return "\x1b[36m";
    case Paint::good:
      return "\x1b[32m";
  }
  return "";
}

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a + std::min(b, std::numeric_limits<std::uint64_t>::max() - a);
}

/// "120 MiB unpacked", as far as the layers could be unpacked.
std::string unpacked_size(const ImageSummary& image) {
  std::uint64_t tar_bytes = 0;
  std::size_t unseen = 0;
  for (const LayerSummary& layer : image.layers) {
    tar_bytes = saturating_add(tar_bytes, layer.tar_bytes);
    if (layer.contents != LayerContents::scanned) ++unseen;
  }
  if (unseen == 0) return cat(human_bytes(tar_bytes), " unpacked");
  return unseen == image.layers.size() ? "unpacked size unknown" : cat("over ", human_bytes(tar_bytes), " unpacked");
}

}  // namespace

std::string painted(Colour colour, Paint paint, std::string_view text) {
  if (colour == Colour::never || text.empty()) return std::string(text);
  return cat(start_sequence(paint), text, "\x1b[0m");
}

Paint paint_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return Paint::error;
    case Severity::warning:
      return Paint::warning;
    case Severity::info:
      return Paint::info;
  }
  return Paint::strong;
}

std::string shown(std::string_view bytes, std::size_t limit_bytes) {
  if (bytes.size() <= limit_bytes) return escape_for_terminal(bytes);
  const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(bytes[i]) & 0xC0U) == 0x80U; };
  std::size_t end = limit_bytes;
  for (int back = 0; back < 3 && end > 0 && continues(end); ++back) --end;
  return cat(escape_for_terminal(bytes.substr(0, end)), "...");
}

std::string short_digest(const Digest& digest) {
  constexpr std::size_t kHexDigits = 12;  // as container engines print ids
  return cat(digest.algorithm_name(), ":", digest.hex().substr(0, kHexDigits));
}

std::string image_line(const ImageSummary& image, Colour colour) {
  std::uint64_t stored_bytes = 0;
  for (const LayerSummary& layer : image.layers) stored_bytes = saturating_add(stored_bytes, layer.compressed_bytes);
  const std::string platform = image.platform.str();
  return cat("image  ", painted(colour, Paint::strong, shown(image.reference)), "  ",
             platform.empty() ? "unknown platform" : shown(platform), ", ",
             counted(image.layers.size(), "layer", "layers"), ", ", human_bytes(stored_bytes), " stored, ",
             unpacked_size(image), "\n");
}

std::string percent(double ratio, int places) {
  char digits[32];
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, ratio * 100, std::chars_format::fixed, places);
  return error == std::errc() ? cat(std::string_view(digits, end), " %") : "unknown";
}

std::string_view unseen_reason(LayerContents contents) {
  switch (contents) {
    case LayerContents::scanned:
      return "";
    case LayerContents::encrypted:
      return "encrypted";
    case LayerContents::absent:
      return "not part of this image file";
    case LayerContents::artifact:
      return "no file system";
  }
  return "";
}

}  // namespace ocitidy
