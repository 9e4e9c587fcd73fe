// doc_page.h - docs/rules/<id>.md and docs/passes/<id>.md as the tests see them: the header table and the image
// recipes.
//
// A page opens with "# <id>", then a table of two columns; then sections "## ...". Recipes stand in ```image fences,
// below certain sections only. tests/meta/rules_complete.py and passes_complete.py look after the sections.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/result.h"

namespace ocitidy::test {

struct PageRecipe {
  std::string section;  ///< "Bad"
  std::size_t line;     ///< of the page, of the line above the recipe's first
  std::string text;
};

struct DocPage {
  std::string title;                          ///< of the page: the id
  std::map<std::string, std::string> header;  ///< the table: lower-case key -> value, without code marks
  std::vector<PageRecipe> recipes;
};

/// `recipe_sections` are those that may hold recipes. Errors: corrupt, with the line, for a page not laid out so.
Result<DocPage> parse_page(std::string_view text, std::initializer_list<std::string_view> recipe_sections);

inline Result<DocPage> parse_rule_page(std::string_view text) { return parse_page(text, {"Bad", "Good"}); }
inline Result<DocPage> parse_pass_page(std::string_view text) { return parse_page(text, {"Before and after"}); }

}  // namespace ocitidy::test
