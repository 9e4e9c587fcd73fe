// text_search.cc - see text_search.h.
#include "formats/text_search.h"

#include <algorithm>
#include <cstring>

namespace ocitidy {

void TextSearch::add(std::string_view text) {
  if (std::ranges::find(all_, text) != all_.end()) return;
  all_.push_back(text);
  if (!text.empty()) open_.push_back(text);
  longest_ = std::max(longest_, text.size());
}

void TextSearch::search(std::string_view window) {
  // memmem() is many times as fast as string_view::find(), which stops at every first byte.
  std::erase_if(open_, [&](std::string_view text) {
    return memmem(window.data(), window.size(), text.data(), text.size()) != nullptr;
  });
}

void TextSearch::feed(std::span<const std::byte> bytes) {
  if (open_.empty() || bytes.empty()) return;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t overlap = longest_ - 1;
  tail_ += text.substr(0, overlap);  // what begins in the tail ends in here
  search(tail_);
  search(text);
  if (text.size() >= overlap)
    tail_ = text.substr(text.size() - overlap);
  else
    tail_.erase(0, tail_.size() - std::min(tail_.size(), overlap));
}

TextSearch::Answers TextSearch::take() {
  Answers answers;
  for (const std::string_view text : all_) answers.emplace(text, std::ranges::find(open_, text) == open_.end());
  all_.clear();
  open_.clear();
  tail_.clear();
  longest_ = 0;
  return answers;
}

}  // namespace ocitidy
