// text_style.h - pieces of text for people: colour, escaped and shortened texts, sizes, the line about an image.
#pragma once

#include <string>
#include <string_view>

#include "ocitidy/report.h"

namespace ocitidy {

enum class Paint : std::uint8_t { strong, faint, error, warning, info, good };

/// `text` between the escape sequences of `paint`; bare when `colour` is never. `text` must be safe already.
std::string painted(Colour colour, Paint paint, std::string_view text);

/// The colour of a severity.
Paint paint_of(Severity severity);

/// Longest text from an image that is shown whole: a path that Linux can open fits.
inline constexpr std::size_t kShownBytes = 4096;
/// Longest created_by that is shown whole: a line of a terminal, less what stands before it.
inline constexpr std::size_t kCreatedByBytes = 72;

/// Bytes from an image, cut behind `limit_bytes` (never inside a UTF-8 sequence) and marked "...", then escaped.
std::string shown(std::string_view bytes, std::size_t limit_bytes = kShownBytes);

/// "sha256:ab12cd34ef56": enough to find a layer by.
std::string short_digest(const Digest& digest);

/// "image  app.tar  linux/arm64, 3 layers, 45.2 MiB stored, 120 MiB unpacked", with a line feed.
std::string image_line(const ImageSummary& image, Colour colour);

/// 0.98443 with two places: "98.44 %".
std::string percent(double ratio, int places);

/// "encrypted" and so on: why a layer's files could not be seen; "" when they could.
std::string_view unseen_reason(LayerContents contents);

}  // namespace ocitidy
