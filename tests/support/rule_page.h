// rule_page.h - docs/rules/<id>.md as the tests see it: the header table and the image recipes.
//
// The page opens with "# <id>", then a table of two columns; then sections "## What it finds", "## Why ...", "## Bad",
// "## Good", "## How to fix", "## When to allow ...". Recipes stand in ```image fences, below Bad and Good only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/result.h"

namespace ocitidy::test {

struct PageRecipe {
  enum class Section : std::uint8_t { bad, good };
  Section section;
  std::size_t line;  ///< of the page, of the line above the recipe's first
  std::string text;
};

struct RulePage {
  std::string title;                          ///< of the page: the rule's id
  std::map<std::string, std::string> header;  ///< the table: lower-case key -> value, without code marks
  std::vector<PageRecipe> recipes;
};

/// Errors: corrupt, with the line, for a page that is not laid out so.
Result<RulePage> parse_rule_page(std::string_view text);

}  // namespace ocitidy::test
