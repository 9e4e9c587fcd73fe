// input_guard.h - keeps results from being written over the image they are about.
#pragma once

#include <string>
#include <string_view>

#include "ocitidy/result.h"

namespace ocitidy::cli {

/// Refuses an output file that is the image that `reference` names, or lies in its layout folder, under whatever name
/// or link. A reference is taken apart more generously than the library does: better refuse once too often.
/// Errors: invalid_argument.
Result<void> check_output_spares_input(const std::string& output_path, std::string_view reference);

/// Refuses a file that is, or lies in, the new image that `reference` names, which may not be there yet.
/// Errors: invalid_argument.
Result<void> check_file_spares_target(const std::string& file_path, std::string_view reference);

/// As the first, for results on standard output, when that is a file (`ocitidy lint a.tar >> a.tar`).
Result<void> check_stdout_spares_input(std::string_view reference);

}  // namespace ocitidy::cli
