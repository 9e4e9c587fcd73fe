// recipe_config.h - the clauses of a recipe's config lines.
#pragma once

#include <string>

#include "support/image_builder.h"
#include "support/recipe_words.h"

namespace ocitidy::test {

/// The one argument of a line; a second word size=N fills it up with 'x' to N bytes. Errors: invalid_argument.
Result<std::string> padded_argument(Words words);

/// Reads "KEY WORD..." into `image`. Errors: invalid_argument.
Result<void> config_clause(Words words, ImageSpec& image);

}  // namespace ocitidy::test
