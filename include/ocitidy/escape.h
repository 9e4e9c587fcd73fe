// escape.h - bytes from an image, made safe to show.
#pragma once

#include <string>
#include <string_view>

namespace ocitidy {

/// Makes bytes from an image safe for a terminal: control characters, DEL, C1, bidi and other format marks and
/// bytes that are not UTF-8 become visible escapes (\n, \x1b, \u{202e}).
std::string escape_for_terminal(std::string_view bytes);

}  // namespace ocitidy
