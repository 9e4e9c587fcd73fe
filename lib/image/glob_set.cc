// glob_set.cc - see glob_set.h.
#include "image/glob_set.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/file_name.h"
#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kBeginningBytes = 3;

bool has_wildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

/// Directories that so many paths have that they tell nothing.
bool is_everywhere(std::string_view name) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"dist-packages", "lib", "local", "node_modules", "opt", "share", "site-packages", "task", "usr", "var"});
  return std::ranges::find(kNames, name) != kNames.end();
}

/// The longest directory that the glob spells out and that tells something; "" when there is none.
std::string_view telling_directory(std::string_view glob) {
  std::string_view best;
  for (std::size_t slash = glob.find('/'); slash != std::string_view::npos; slash = glob.find('/')) {
    const std::string_view name = glob.substr(0, slash);
    if (!has_wildcard(name) && !is_everywhere(name) && name.size() > best.size()) best = name;
    glob.remove_prefix(slash + 1);
  }
  return best;
}

/// ".js" of "a.d.js": what the last dot begins; "" without one.
std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

}  // namespace

/// Never 0.
std::uint32_t GlobSet::hash_of(Mark mark, std::string_view text) {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio
  std::uint64_t hash = (text.size() * 4 + static_cast<std::uint64_t>(mark)) * kMultiplier;
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t bytes = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), bytes);
    text.remove_prefix(bytes);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(hash >> 16) | 1U;
}

/// 0 when the glob tells nothing of the paths that it matches.
std::uint32_t GlobSet::mark_of(std::string_view glob) {
  const std::string_view last = file_name(glob);
  if (!has_wildcard(last)) return hash_of(Mark::name, last);
  const std::string_view tail = last.substr(last.find_last_of("*?") + 1);
  if (const std::string_view extension = extension_of(tail); !extension.empty())
    return hash_of(Mark::extension, extension);
  if (const std::string_view directory = telling_directory(glob); !directory.empty())
    return hash_of(Mark::directory, directory);
  // "abc**" matches "abc/x" too, whose name is another.
  const bool begins = last.find_first_of("*?") >= kBeginningBytes && !last.contains("**");
  return begins ? hash_of(Mark::beginning, last.substr(0, kBeginningBytes)) : 0;
}

GlobSet::GlobSet(std::span<const std::string_view> globs) : globs_(globs.begin(), globs.end()) {
  std::vector<Marked> marked;
  for (std::uint32_t i = 0; i < globs_.size(); ++i) {
    if (const std::uint32_t mark = mark_of(globs_[i]); mark != 0) {
      marked.push_back({.hash = mark, .glob = i});
    } else {
      unmarked_.push_back({.pairs = BytePairs::of_glob(globs_[i]), .glob = i});
    }
  }
  std::ranges::stable_sort(marked, {}, &Marked::hash);
  std::size_t size = 16;
  while (size < marked.size() * 4) size *= 2;
  slots_.resize(size);
  for (const Marked& one : marked) {
    Slot& slot = slots_[place_of(one.hash)];
    if (slot.hash == 0) slot = {.hash = one.hash, .begin = static_cast<std::uint32_t>(by_mark_.size())};
    by_mark_.push_back(one.glob);
    slot.end = static_cast<std::uint32_t>(by_mark_.size());
  }
}

/// Of the mark's slot, or of a free one.
std::size_t GlobSet::place_of(std::uint32_t hash) const {
  std::size_t i = (hash >> 1U) & (slots_.size() - 1);
  while (slots_[i].hash != hash && slots_[i].hash != 0) i = (i + 1) & (slots_.size() - 1);
  return i;
}

std::span<const std::uint32_t> GlobSet::with_mark(Mark mark, std::string_view text) const {
  const Slot& slot = slots_[place_of(hash_of(mark, text))];
  return std::span(by_mark_).subspan(slot.begin, slot.end - slot.begin);
}

/// Shows the globs that may match, until `visit` says true of one; says whether it did.
template <class Visit>
bool GlobSet::visit_candidates(std::string_view path, const Visit& visit) {
  if (globs_.empty()) return false;
  remember(parent_path(path));
  const std::string_view name = file_name(path), extension = extension_of(name);
  if (std::ranges::any_of(by_directory_, visit) || std::ranges::any_of(with_mark(Mark::name, name), visit)) return true;
  if (!extension.empty() && std::ranges::any_of(with_mark(Mark::extension, extension), visit)) return true;
  if (name.size() >= kBeginningBytes &&
      std::ranges::any_of(with_mark(Mark::beginning, name.substr(0, kBeginningBytes)), visit))
    return true;
  constexpr std::size_t kWorthPairs = 8;
  if (unmarked_.size() < kWorthPairs)
    return std::ranges::any_of(unmarked_, [&](const Unmarked& one) { return visit(one.glob); });
  const BytePairs pairs = BytePairs::of_path(path);
  return std::ranges::any_of(unmarked_,
                             [&](const Unmarked& one) { return pairs.has_all(one.pairs) && visit(one.glob); });
}

void GlobSet::remember(std::string_view directory) {
  if (knows_directory_ && directory == directory_) return;
  by_directory_.clear();
  for (std::size_t begin = 0; begin < directory.size();) {
    const std::size_t end = std::min(directory.find('/', begin), directory.size());
    const auto globs = with_mark(Mark::directory, directory.substr(begin, end - begin));
    by_directory_.insert(by_directory_.end(), globs.begin(), globs.end());
    begin = end + 1;
  }
  // Once each, however often a path names a directory.
  std::ranges::sort(by_directory_);
  by_directory_.erase(std::ranges::unique(by_directory_).begin(), by_directory_.end());
  directory_ = directory;
  knows_directory_ = true;
}

void GlobSet::match(std::string_view path, std::vector<std::uint32_t>& matched) {
  matched.clear();
  visit_candidates(path, [&](std::uint32_t glob) {
    if (glob_matches(globs_[glob], path)) matched.push_back(glob);
    return false;
  });
  // A glob may be shown twice: marks can share a hash.
  std::ranges::sort(matched);
  matched.erase(std::ranges::unique(matched).begin(), matched.end());
}

bool GlobSet::any_matches(std::string_view path) {
  return visit_candidates(path, [&](std::uint32_t glob) { return glob_matches(globs_[glob], path); });
}

}  // namespace ocitidy
