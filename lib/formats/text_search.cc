// text_search.cc - see text_search.h.
#include "formats/text_search.h"

#include <algorithm>
#include <cstring>

namespace ocitidy {

void TextSearch::start(std::span<const std::string> texts) {
  open_.clear();
  tail_.clear();
  longest_ = 0;
  count_ = texts.size();
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    if (!texts[i].empty()) open_.push_back({.bytes = texts[i], .position = i});
    longest_ = std::max(longest_, texts[i].size());
  }
}

void TextSearch::search(std::string_view window) {
  // memmem() is many times as fast as string_view::find(), which stops at every first byte.
  std::erase_if(open_, [&](const Text& text) {
    return memmem(window.data(), window.size(), text.bytes.data(), text.bytes.size()) != nullptr;
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

std::vector<std::uint32_t> TextSearch::found() const {
  std::vector<std::uint32_t> found;
  auto missing = open_.begin();
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (missing != open_.end() && missing->position == i) {
      ++missing;
    } else {
      found.push_back(i);
    }
  }
  return found;
}

}  // namespace ocitidy
