// read_file.h - a whole file that the user names: a certificate, a list of paths.
#pragma once

#include <cstdint>
#include <string>

#include "ocitidy/result.h"

namespace ocitidy::cli {

/// Errors: io; limit_exceeded when there are more than `most_bytes`.
Result<std::string> read_file(const std::string& path, std::uint64_t most_bytes);

}  // namespace ocitidy::cli
