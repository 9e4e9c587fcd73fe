// quick_glob.cc - the cheap refusals.
#include "image/quick_glob.h"

#include <algorithm>

#include "base/text.h"

namespace ocitidy {
namespace {

bool is_mark(char c) { return c == '*' || c == '?'; }

/// Takes the next piece between wildcards, and the wildcards before it, from the front of `glob`.
std::string_view take_piece(std::string_view& glob) {
  std::size_t begin = 0;
  while (begin < glob.size() && is_mark(glob[begin])) ++begin;
  if (glob.starts_with("**/")) begin = 3;  // stands for no directory too: its slash need not be there
  std::size_t end = begin;
  while (end < glob.size() && !is_mark(glob[end])) ++end;
  const std::string_view piece = glob.substr(begin, end - begin);
  glob.remove_prefix(end);
  return piece;
}

/// Do the pieces between the wildcards come one behind the other in `path`? `glob` begins with a wildcard.
bool has_pieces_in_order(std::string_view glob, std::string_view path) {
  while (!glob.empty()) {
    const std::string_view piece = take_piece(glob);
    const std::size_t at = path.find(piece);
    if (at == std::string_view::npos) return false;
    path.remove_prefix(at + piece.size());
  }
  return true;
}

}  // namespace

bool quick_glob_matches(std::string_view glob, std::string_view path) {
  std::size_t first = 0;
  for (; first < glob.size() && !is_mark(glob[first]); ++first)
    if (first == path.size() || glob[first] != path[first]) return false;
  if (first == glob.size()) return first == path.size();
  for (std::size_t last = glob.size(), at = path.size(); !is_mark(glob[last - 1]); --last, --at) {
    if (glob.substr(0, last).ends_with("**/")) break;
    if (at == 0 || glob[last - 1] != path[at - 1]) return false;
  }
  const bool one_directory = glob.find("**") == std::string_view::npos;  // '*' and '?' stop at '/'
  if (one_directory && std::ranges::count(glob, '/') != std::ranges::count(path, '/')) return false;
  return has_pieces_in_order(glob.substr(first), path.substr(first)) && glob_matches(glob, path);
}

void BytePairs::add_piece(std::string_view piece) {
  for (std::size_t i = 1; i < piece.size(); ++i) {
    const auto before = static_cast<unsigned char>(piece[i - 1]), after = static_cast<unsigned char>(piece[i]);
    const unsigned folded = (before * 31U + after) & 255U;
    bits_[folded / 64] |= std::uint64_t{1} << (folded % 64);
  }
}

BytePairs BytePairs::of_path(std::string_view path) {
  BytePairs pairs;
  pairs.add_piece(path);
  return pairs;
}

BytePairs BytePairs::of_glob(std::string_view glob) {
  BytePairs pairs;
  while (!glob.empty()) pairs.add_piece(take_piece(glob));
  return pairs;
}

void BytePairs::add(const BytePairs& other) {
  for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] |= other.bits_[i];
}

bool BytePairs::has_all(const BytePairs& other) const {
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < bits_.size(); ++i) missing |= other.bits_[i] & ~bits_[i];
  return missing == 0;
}

bool any_glob_matches(std::span<const std::string_view> globs, std::string_view path) {
  return std::ranges::any_of(globs, [path](std::string_view glob) { return quick_glob_matches(glob, path); });
}

}  // namespace ocitidy
