// content_wishes.cc - see content_wishes.h.
#include "image/content_wishes.h"

#include <algorithm>
#include <map>

namespace ocitidy {

ContentWishes::ContentWishes(std::span<const ContentQuery> reads, std::span<const TextQuery> texts)
    : reads_(reads), texts_(texts) {
  std::map<std::string_view, Asked> by_glob;  // many rules ask much of the same few globs
  for (std::uint32_t i = 0; i < reads.size(); ++i) by_glob[reads[i].glob].reads.push_back(i);
  for (std::uint32_t i = 0; i < texts.size(); ++i) by_glob[texts[i].glob].texts.push_back(i);
  std::vector<std::string_view> globs;
  for (auto& [glob, asked] : by_glob) {
    globs.push_back(glob);
    asked_.push_back(std::move(asked));
  }
  globs_ = GlobSet(globs);
}

void ContentWishes::look_at(std::string_view path, std::string_view head) {
  first_bytes_ = 0;
  text_queries_.clear();
  globs_.match(path, matched_);
  for (const std::uint32_t glob : matched_) {
    for (const std::uint32_t read : asked_[glob].reads)
      if (head.starts_with(reads_[read].magic)) first_bytes_ = std::max(first_bytes_, reads_[read].first_bytes);
    for (const std::uint32_t text : asked_[glob].texts)
      if (head.starts_with(texts_[text].magic)) text_queries_.push_back(text);
  }
  std::ranges::sort(text_queries_);
}

std::vector<std::string> ContentWishes::texts() const {
  std::vector<std::string> texts;
  for (const std::uint32_t query : text_queries_) {
    if (std::ranges::find(texts, texts_[query].text) == texts.end()) texts.emplace_back(texts_[query].text);
  }
  return texts;
}

}  // namespace ocitidy
