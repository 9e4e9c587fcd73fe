// doc_page.cc - see doc_page.h.
#include "support/doc_page.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace ocitidy::test {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string without_code_marks(std::string_view text) {
  std::string out(trimmed(text));
  std::erase(out, '`');
  return out;
}

class PageParser {
 public:
  explicit PageParser(std::initializer_list<std::string_view> recipe_sections) : recipe_sections_(recipe_sections) {}

  Result<DocPage> parse(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      ++line_;
      OCITIDY_CHECK(parse_line(text.substr(0, end)));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (!fence_.empty()) return wrong("the last fence is not closed");
    return std::move(page_);
  }

 private:
  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(Code::corrupt, cat("line ", line_, ": ", what));
  }

  Result<void> parse_line(std::string_view line) {
    if (!fence_.empty()) return inside_fence(line);
    if (line.starts_with("```")) return open_fence(line.substr(3));
    if (line.starts_with("# ")) {
      if (line_ != 1) return wrong("only the first line is a title");
      page_.title = trimmed(line.substr(2));
    } else if (line.starts_with("## ")) {
      section_ = trimmed(line.substr(3));
    } else if (line.starts_with('|') && section_.empty()) {
      return header_row(line);
    }
    return {};
  }

  Result<void> open_fence(std::string_view language) {
    fence_ = "```";
    if (trimmed(language) != "image") return {};
    if (std::ranges::find(recipe_sections_, section_) == recipe_sections_.end()) {
      std::string places;
      for (const std::string_view section : recipe_sections_)
        places += cat(places.empty() ? "'## " : " or '## ", section, "'");
      return wrong(cat("a recipe belongs below ", places));
    }
    recipe_ = PageRecipe{.section = section_, .line = line_, .text = ""};
    return {};
  }

  Result<void> inside_fence(std::string_view line) {
    if (trimmed(line) != fence_) {
      if (recipe_) recipe_->text.append(line).append("\n");
      return {};
    }
    if (recipe_) page_.recipes.push_back(std::move(*recipe_));
    recipe_.reset();
    fence_.clear();
    return {};
  }

  Result<void> header_row(std::string_view line) {
    line = trimmed(line);
    if (line.size() < 2 || !line.ends_with('|')) return wrong("a table row ends in '|'");
    line = line.substr(1, line.size() - 2);
    const std::size_t bar = line.find('|');
    if (bar == std::string_view::npos) return wrong("the header table has two columns");
    std::string key = without_code_marks(line.substr(0, bar));
    std::ranges::transform(key, key.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    const std::string value = without_code_marks(line.substr(bar + 1));
    if (key.empty() || key.find_first_not_of("-: ") == std::string::npos) return {};  // header line, or the rule below
    if (!page_.header.emplace(key, value).second) return wrong(cat("the table has two rows for ", key));
    return {};
  }

  std::vector<std::string_view> recipe_sections_;
  DocPage page_;
  std::size_t line_ = 0;
  std::string section_, fence_;
  std::optional<PageRecipe> recipe_;
};

}  // namespace

Result<DocPage> parse_page(std::string_view text, std::initializer_list<std::string_view> recipe_sections) {
  return PageParser(recipe_sections).parse(text);
}

}  // namespace ocitidy::test
