// text_answers.cc - see text_answers.h.
#include "image/text_answers.h"

#include <algorithm>
#include <utility>

namespace ocitidy {

std::uint32_t TextAnswers::add_list(std::vector<std::string> texts) {
  lists_.push_back(std::move(texts));
  return static_cast<std::uint32_t>(lists_.size() - 1);
}

void TextAnswers::add_file(std::uint32_t entry, std::uint32_t list, std::span<const std::uint32_t> found) {
  list_of_.resize(entry + std::size_t{1});
  list_of_[entry] = list + 1;
  for (const std::uint32_t text : found) found_.push_back({.entry = entry, .text = text});
}

std::optional<bool> TextAnswers::contains(std::uint32_t entry, std::string_view text) const {
  if (entry >= list_of_.size() || list_of_[entry] == 0) return std::nullopt;
  const std::vector<std::string>& texts = lists_[list_of_[entry] - 1];
  const auto it = std::ranges::find(texts, text);
  if (it == texts.end()) return std::nullopt;
  return std::ranges::binary_search(found_,
                                    Found{.entry = entry, .text = static_cast<std::uint32_t>(it - texts.begin())});
}

void TextAnswers::shrink_to_fit() {
  list_of_.shrink_to_fit();
  found_.shrink_to_fit();
}

}  // namespace ocitidy
