// text_search.h - which of some texts occur in a file. Bytes in, answers out, in one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// Finds texts wherever they stand, in whatever pieces the bytes come.
class TextSearch {
 public:
  /// Begins anew, with `texts`; an empty one is in every file. The views must live until the next start().
  void start(std::span<const std::string> texts);
  void feed(std::span<const std::byte> bytes);
  /// Is any text still to be found?
  bool wants_more() const { return !open_.empty(); }
  /// The positions of the texts that are there, counting up.
  std::vector<std::uint32_t> found() const;

 private:
  struct Text {
    std::string_view bytes;
    std::uint32_t position = 0;
  };

  void search(std::string_view window);

  std::vector<Text> open_;  // not found so far, in order
  std::size_t count_ = 0;
  std::size_t longest_ = 0;
  std::string tail_;  // of what was fed: a text may go on
};

}  // namespace ocitidy
