// text_lines.h - the lines of a text, one after the other, without a copy.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace ocitidy {

/// for (TextLines lines(text); lines.next();) lines.line(). The text must outlive it.
class TextLines {
 public:
  explicit TextLines(std::string_view text) : rest_(text) {}

  /// Goes to the next line. A last line needs no '\n'; after a last '\n' comes no further line.
  bool next() {
    if (rest_.empty()) return false;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return true;
  }
  /// Without its '\n'.
  std::string_view line() const { return line_; }

 private:
  std::string_view rest_, line_;
};

}  // namespace ocitidy
