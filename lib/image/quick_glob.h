// quick_glob.h - glob_matches() for long lists of globs of which hardly any matches.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ocitidy {

/// What glob_matches() says. Asks it only after the literal pieces of the glob were found in the path, in their order:
/// most globs fail at the first.
bool quick_glob_matches(std::string_view glob, std::string_view path);

/// Which pairs of neighbouring bytes occur, folded into 256: who has fewer cannot hold who has more. A path that a glob
/// matches has all pairs of the glob's literal pieces; so hundreds of globs are refused in one look at a path.
class BytePairs {
 public:
  static BytePairs of_path(std::string_view path);
  static BytePairs of_glob(std::string_view glob);
  void add(const BytePairs& other);
  bool has_all(const BytePairs& other) const;

 private:
  void add_piece(std::string_view piece);

  std::array<std::uint64_t, 4> bits_{};
};

bool any_glob_matches(std::span<const std::string_view> globs, std::string_view path);

}  // namespace ocitidy
