// source_dir.h - where the sources lie: tests read documents, golden files and inputs in place.
#pragma once

#include <string_view>

namespace ocitidy::test {

/// The folder of the repository; lives as long as the program. A function, so that one file alone is compiled anew when
/// the folder moves: a compiler cache then serves every checkout.
std::string_view source_dir();

}  // namespace ocitidy::test
