// terminal.cc - see terminal.h.
#include "terminal.h"

#include <cstdlib>

namespace ocitidy::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool forced(const char* name) { return !environment(name).empty() && environment(name) != "0"; }

}  // namespace

Colour decide_colour(std::string_view choice, const Output& output) {
  if (choice == "always") return Colour::always;
  if (choice == "never" || !environment("NO_COLOR").empty()) return Colour::never;
  if (output.is_standard_output() && (forced("FORCE_COLOR") || forced("CLICOLOR_FORCE"))) return Colour::always;
  return output.is_terminal() && environment("TERM") != "dumb" ? Colour::always : Colour::never;
}

}  // namespace ocitidy::cli
