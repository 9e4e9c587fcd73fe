// text_search.h - which of some texts occur in a file. Bytes in, answers out, in one pass.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// Finds texts wherever they stand, in whatever pieces the bytes come.
class TextSearch {
 public:
  using Answers = std::map<std::string, bool, std::less<>>;

  /// Adds a text; before the first feed(). An empty one is in every file. Views must live until take().
  void add(std::string_view text);
  void feed(std::span<const std::byte> bytes);
  /// Is any text still to be found?
  bool wants_more() const { return !open_.empty(); }
  /// For every text, whether it is there. Begins anew, without texts.
  Answers take();

 private:
  void search(std::string_view window);

  std::vector<std::string_view> all_, open_;  // open_: not found so far
  std::size_t longest_ = 0;
  std::string tail_;  // of what was fed: a text may go on
};

}  // namespace ocitidy
