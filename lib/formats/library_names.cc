// library_names.cc - see library_names.h.
#include "formats/library_names.h"

#include <algorithm>
#include <utility>

namespace ocitidy {
namespace {

constexpr std::string_view kMark = ".so";
constexpr std::size_t kLongestName = 255;  // NAME_MAX of Linux

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-' || c == '+';
}

}  // namespace

void LibraryNames::search(std::string_view window, bool at_end) {
  // A name that ends near the end of the window is left to the next one, which begins with this one's tail.
  const std::size_t limit = at_end ? window.size() : window.size() - std::min(window.size(), kLongestName);
  for (std::size_t mark = window.find(kMark, judged_); mark < limit; mark = window.find(kMark, mark + 1)) {
    std::size_t begin = mark, end = mark + kMark.size();
    while (begin > 0 && mark - begin < kLongestName && is_name_byte(window[begin - 1])) --begin;
    while (end < window.size() && end - begin < kLongestName && is_name_byte(window[end])) ++end;
    const char after = mark + kMark.size() < end ? window[mark + kMark.size()] : '.';
    if (begin == mark || after != '.' || names_.size() > kMostNames) continue;
    if (const auto name = window.substr(begin, end - begin); !names_.contains(name)) names_.emplace(name);
  }
}

void LibraryNames::feed(std::span<const std::byte> bytes) {
  std::string window = std::move(tail_);
  window.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  search(window, false);
  // Twice the longest name: one to the left of a mark that is still to be judged, one to its right.
  const std::size_t limit = window.size() - std::min(window.size(), kLongestName);
  const std::size_t tail = window.size() - std::min(window.size(), 2 * kLongestName);
  judged_ = std::max(limit, judged_) - tail;
  tail_ = window.substr(tail);
}

std::optional<std::vector<std::string>> LibraryNames::take() {
  search(tail_, true);
  tail_.clear();
  judged_ = 0;
  const std::set<std::string, std::less<>> names = std::exchange(names_, {});
  if (names.size() > kMostNames) return std::nullopt;
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace ocitidy
