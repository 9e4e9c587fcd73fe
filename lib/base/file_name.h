// file_name.h - the last component of a path.
#pragma once

#include <string_view>

namespace ocitidy {

/// "python3" of "/usr/bin/python3"; "" when the path ends in a slash.
constexpr std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace ocitidy
