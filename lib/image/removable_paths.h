// removable_paths.h - the paths that images carry and functions do without: one table, each row with its reason.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "image/glob_set.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

/// How sure it is that nothing needs the path: the last three of the safety classes of passes.
enum class PathClass : std::uint8_t {
  refetchable,  ///< whoever wants it back fetches or makes it again
  heuristic,    ///< nearly no program reads it; the row says which do
  semantic,     ///< many programs need it: only with the user's own trace or list
};

/// What a row takes of what its globs match. Special files stay always.
enum class Takes : std::uint8_t {
  files,            ///< programs write into the directories, or the symbolic links lead to devices: both stay
  files_and_links,  ///< directories stay: installers expect them
  everything,
  bytecode,  ///< files of a __pycache__, by their own names; their sources stay
};

/// A row about programs for another platform counts on this one only.
enum class OnlyOn : std::uint8_t { any, amd64, arm64, glibc, musl };

enum class Libc : std::uint8_t { unknown, glibc, musl };

/// All views are of static storage. Globs are those of glob_matches() against Entry::path.
struct RemovablePath {
  std::string_view id;    ///< kebab-case
  std::string_view pass;  ///< the pass that removes it
  PathClass safety;
  std::uint8_t risk;  ///< 0 none, 1 hardly, 2 breaks some programs, 3 breaks many
  Takes takes;
  OnlyOn only_on;
  std::span<const std::string_view> globs;
  std::span<const std::string_view> except;
  std::string_view why;     ///< why it can go, and whom that may hurt
  std::string_view source;  ///< bytes seen, and where
};

/// One path of the merged tree, as much of it as rows look at.
struct PathFacts {
  std::string_view path;  ///< as Entry::path
  EntryType type = EntryType::file;
  std::string_view architecture = {};  ///< the config's, "amd64"; rows for another one take nothing where it is unknown
  Libc libc = Libc::unknown;
};

/// The whole table; rows of one pass stand together.
std::span<const RemovablePath> removable_paths();

/// The rows of one pass; empty when the table knows none.
std::span<const RemovablePath> removable_paths_of(std::string_view pass);

/// The first of `rows` that takes the path; nullptr when none does or it is_never_removed(). Bytecode in a __pycache__
/// goes with its source and never without: it is judged by the source's path (but for Takes::bytecode), since imports
/// get three to five times slower where it is gone. A directory that is taken may still hold what is kept; the caller
/// looks before it drops one. Costs some microseconds: most globs fail at their first literal piece.
const RemovablePath* removable(const PathFacts& facts, std::span<const RemovablePath> rows = removable_paths());

/// What removable() says, of some rows and very many paths: costs a path less than one glob does there.
class RemovableRows {
 public:
  /// In the table's order.
  explicit RemovableRows(std::vector<const RemovablePath*> rows);
  const RemovablePath* first_of(const PathFacts& facts);

 private:
  void add_takers(std::string_view path, bool by_own_name);

  std::vector<const RemovablePath*> rows_;
  GlobSet globs_;
  std::vector<std::uint32_t> row_of_glob_;  // into rows_, parallel to the globs
  GlobSet never_;
  std::vector<std::uint32_t> matched_, takers_;  // of the current path: globs, rows
};

/// Paths that no row ever takes, whatever its globs say: certificates, time zones, users, the loader, package
/// databases, licences, and test packages that other packages import.
std::span<const std::string_view> never_removed_globs();
bool is_never_removed(std::string_view path);
/// A licence where things are installed: those are never removed either, and no glob of the list above names them.
bool is_installed_licence(std::string_view path);

}  // namespace ocitidy
