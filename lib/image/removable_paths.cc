// removable_paths.cc - looks a path up in the table.
#include "image/removable_paths.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

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

RemovableRows::RemovableRows(std::vector<const RemovablePath*> rows)
    : rows_(std::move(rows)), never_(never_removed_globs()) {
  std::vector<std::string_view> globs;
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    globs.insert(globs.end(), rows_[row]->globs.begin(), rows_[row]->globs.end());
    row_of_glob_.resize(globs.size(), row);
  }
  globs_ = GlobSet(globs);
}

/// Notes the rows with a glob that matches, of those that judge files of a __pycache__ by their own names or not.
void RemovableRows::add_takers(std::string_view path, bool by_own_name) {
  globs_.match(path, matched_);
  for (const std::uint32_t glob : matched_) {
    const std::uint32_t row = row_of_glob_[glob];
    if ((rows_[row]->takes == Takes::bytecode) == by_own_name) takers_.push_back(row);
  }
}

const RemovablePath* RemovableRows::first_of(const PathFacts& facts) {
  takers_.clear();
  const std::optional<std::string> source = cached_source(facts.path);
  const std::string_view judged = source ? std::string_view(*source) : facts.path;
  add_takers(judged, false);
  if (source) {
    if (!takers_.empty() && (never_.any_matches(*source) || is_installed_licence(*source))) takers_.clear();
    add_takers(facts.path, true);
  }
  std::ranges::sort(takers_);
  for (const std::uint32_t taker : takers_) {
    const RemovablePath& row = *rows_[taker];
    const std::string_view path = row.takes == Takes::bytecode ? facts.path : judged;
    if (counts_on(row.only_on, facts) && takes_type(row.takes, facts.type) && !any_glob_matches(row.except, path))
      return never_.any_matches(facts.path) || is_installed_licence(facts.path) ? nullptr : &row;
  }
  return nullptr;
}

}  // namespace ocitidy
