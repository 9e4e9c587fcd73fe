// recipe_words.h - one recipe line, cut into words, and the values that words stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocitidy/result.h"

namespace ocitidy::test {

struct Word {
  std::string text;
  bool quoted = false;     ///< the word began with a quote
  bool separator = false;  ///< a bare ';'
};

using Words = std::span<const Word>;

/// Errors: invalid_argument for an open quote or a broken escape.
Result<std::vector<Word>> split_words(std::string_view line);

/// "200k" -> 204800. Errors: invalid_argument.
Result<std::uint64_t> parse_size(std::string_view text);
Result<std::uint64_t> parse_number(std::string_view text, int base, std::uint64_t max);
/// "-1.5" -> {-2, 500'000'000}. Errors: invalid_argument.
Result<std::pair<std::int64_t, std::uint32_t>> parse_time(std::string_view text);

/// The value of "key=value", if `word` is that.
std::optional<std::string_view> value_of(const Word& word, std::string_view key);

}  // namespace ocitidy::test
