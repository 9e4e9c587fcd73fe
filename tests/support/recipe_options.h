// recipe_options.h - how a recipe's image is linted: `option` lines, and the images that it is compared with.
#pragma once

#include <string_view>

#include "ocitidy/lint.h"
#include "support/image_builder.h"
#include "support/recipe_words.h"

namespace ocitidy::test {

/// "base=2" of an `option` line. Errors: invalid_argument.
Result<void> option_word(const Word& word, LintOptions& options);

/// `role`: "against" or "base-image", as in recipe.h.
Result<void> set_aside(std::string_view role, const ImageSpec& image, LintOptions& options);

}  // namespace ocitidy::test
