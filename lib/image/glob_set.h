// glob_set.h - many globs asked of many paths, nearly none of which match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/quick_glob.h"

namespace ocitidy {

/// Knows its globs by what a path must have for them to match: a name, an extension, how the name begins, or a
/// directory. Only globs whose mark the path has are tried, so a path costs a look-up for each of its components and
/// not a comparison with every glob.
class GlobSet {
 public:
  GlobSet() = default;
  /// The views must live as long as the set.
  explicit GlobSet(std::span<const std::string_view> globs);

  // Paths of one directory are best asked one after the other: what their directories tell is kept.
  /// Replaces `matched` by the positions of the globs that match `path`, counting up.
  void match(std::string_view path, std::vector<std::uint32_t>& matched);
  bool any_matches(std::string_view path);

 private:
  enum class Mark : std::uint8_t { name, extension, beginning, directory };
  struct Slot {
    std::uint32_t hash = 0;   // of the mark; 0: nobody's
    std::uint32_t begin = 0;  // into by_mark_
    std::uint32_t end = 0;
  };
  struct Marked {
    std::uint32_t hash = 0, glob = 0;
  };
  struct Unmarked {
    BytePairs pairs;
    std::uint32_t glob = 0;
  };

  static std::uint32_t hash_of(Mark mark, std::string_view text);
  static std::uint32_t mark_of(std::string_view glob);
  std::size_t place_of(std::uint32_t hash) const;
  std::span<const std::uint32_t> with_mark(Mark mark, std::string_view text) const;
  template <class Visit>
  bool visit_candidates(std::string_view path, const Visit& visit);
  void remember(std::string_view directory);

  std::vector<std::string_view> globs_;
  std::vector<Slot> slots_;             // open addressing
  std::vector<std::uint32_t> by_mark_;  // positions of globs, those of one mark together
  std::vector<Unmarked> unmarked_;

  bool knows_directory_ = false;
  std::string directory_;                    // the last path's
  std::vector<std::uint32_t> by_directory_;  // globs with marks that it has, each once
};

}  // namespace ocitidy
