// terminal.h - colour or not.
#pragma once

#include <string_view>

#include "output.h"

namespace ocitidy::cli {

/// `choice`: "auto", "always" or "never". auto, in this order: a non-empty NO_COLOR says never; FORCE_COLOR or
/// CLICOLOR_FORCE, other than empty and 0, says always, except for the file of -o; then colour is for a terminal that
/// is not dumb. Sources: no-color.org, bixense.com/clicolors, force-color.org.
Colour decide_colour(std::string_view choice, const Output& output);

}  // namespace ocitidy::cli
