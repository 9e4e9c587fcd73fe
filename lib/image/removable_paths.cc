// removable_paths.cc - looks a path up in the table.
#include "image/removable_paths.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "formats/pyc.h"
#include "image/quick_glob.h"

namespace ocitidy {
namespace {

bool counts_on(OnlyOn platform, const PathFacts& facts) {
  switch (platform) {
    case OnlyOn::any:
      return true;
    case OnlyOn::amd64:
      return facts.architecture == "amd64";
    case OnlyOn::arm64:
      return facts.architecture == "arm64";
    case OnlyOn::glibc:
      return facts.libc == Libc::glibc;
    case OnlyOn::musl:
      return facts.libc == Libc::musl;
  }
  return false;
}

bool takes_type(Takes takes, EntryType type) {
  switch (type) {
    case EntryType::file:
    case EntryType::hard_link:
      return true;
    case EntryType::symlink:
      return takes == Takes::files_and_links || takes == Takes::everything;
    case EntryType::directory:
      return takes == Takes::everything;
    default:
      return false;
  }
}

/// The source of bytecode in a __pycache__.
std::optional<std::string> cached_source(std::string_view path) {
  if (!parent_path(path).ends_with("__pycache__")) return std::nullopt;
  return pyc_source_path(path);
}

}  // namespace

std::span<const RemovablePath> removable_paths_of(std::string_view pass) {
  const auto rows = removable_paths();
  const auto begin = std::ranges::find(rows, pass, &RemovablePath::pass);
  const auto end = std::find_if(begin, rows.end(), [pass](const RemovablePath& row) { return row.pass != pass; });
  return {begin, end};
}

const RemovablePath* removable(const PathFacts& facts, std::span<const RemovablePath> rows) {
  const std::optional<std::string> source = cached_source(facts.path);
  const std::string_view judged = source ? std::string_view(*source) : facts.path;
  const bool source_stays = source && is_never_removed(*source);
  for (const RemovablePath& row : rows) {
    const bool by_own_name = row.takes == Takes::bytecode;
    if (by_own_name ? !source : source_stays) continue;
    const std::string_view path = by_own_name ? facts.path : judged;
    if (counts_on(row.only_on, facts) && takes_type(row.takes, facts.type) && any_glob_matches(row.globs, path) &&
        !any_glob_matches(row.except, path))
      return is_never_removed(facts.path) ? nullptr : &row;  // asked last: hardly any path comes so far
  }
  return nullptr;
}

}  // namespace ocitidy
