// content_wishes.h - what rules asked to know of a file's content, told by its path and its first bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/glob_set.h"
#include "ocitidy/rule.h"

namespace ocitidy {

class ContentWishes {
 public:
  /// The queries must outlive this.
  ContentWishes(std::span<const ContentQuery> reads, std::span<const TextQuery> texts);

  /// Looks at the file at `path` that begins with `head`; the others tell of that.
  void look_at(std::string_view path, std::string_view head);
  /// How many of its bytes are to be kept.
  std::uint32_t first_bytes() const { return first_bytes_; }
  /// Positions of the queries that ask whether it holds a text, counting up.
  const std::vector<std::uint32_t>& text_queries() const { return text_queries_; }
  /// Those texts, each once.
  std::vector<std::string> texts() const;

 private:
  struct Asked {  // by all queries of one glob: positions
    std::vector<std::uint32_t> reads, texts;
  };

  std::span<const ContentQuery> reads_;
  std::span<const TextQuery> texts_;
  std::vector<Asked> asked_;
  GlobSet globs_;  // parallel to asked_

  std::vector<std::uint32_t> matched_, text_queries_;
  std::uint32_t first_bytes_ = 0;
};

}  // namespace ocitidy
