// quick_glob.h - glob_matches() for long lists of globs of which hardly any matches.
#pragma once

#include <span>
#include <string_view>

namespace ocitidy {

/// What glob_matches() says. Asks it only after the literal pieces of the glob were found in the path, in their order:
/// most globs fail at the first.
bool quick_glob_matches(std::string_view glob, std::string_view path);

bool any_glob_matches(std::span<const std::string_view> globs, std::string_view path);

}  // namespace ocitidy
