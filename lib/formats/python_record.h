// python_record.h - RECORD of a *.dist-info directory: every file that an installer wrote for a Python package.
// Source: PyPA, "Recording installed projects" (PEP 376, PEP 627).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// The paths as written: relative to the directory that holds the *.dist-info ("../../bin/x" is one), or absolute.
/// Broken lines are passed over. Linear; at most the first kMostRecordPaths.
std::vector<std::string> parse_python_record(std::string_view text);
inline constexpr std::size_t kMostRecordPaths = 500'000;

}  // namespace ocitidy
