// version.h - what this build of the library is.
#pragma once

#include <string_view>

namespace ocitidy {

/// Semantic version of library and command, "0.1.0".
std::string_view version();

/// Raised when a JSON report gains members; a removed or renamed one would need a new schema file.
inline constexpr int kSchemaVersion = 1;

}  // namespace ocitidy
