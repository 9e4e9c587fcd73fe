// target.h - what every fuzz target gives: the function libFuzzer calls, and seeds to start from.
//
// With OCITIDY_FUZZ a target is a libFuzzer program. Everywhere it is also a plain test: regression_main.cc runs it
// over its seeds, over damaged copies of them, and over the files it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy::test {

/// Good inputs, small, made here and now.
std::vector<std::string> fuzz_seeds();
/// The folder of the corpus that holds real inputs for this target; empty when none does.
std::string_view fuzz_corpus();

/// The documents of an image for each recipe.
std::vector<std::string> documents_of(std::initializer_list<const char*> recipes);

/// Ends the process, loudly: a promise was broken. Fuzzers know no other language.
[[noreturn]] void broken_promise(std::string_view what);
inline void promise(bool kept, std::string_view what) {
  if (!kept) broken_promise(what);
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
