// missing-parent-directory: a member whose parent directory no layer has created yet.
// Why and examples: docs/rules/missing-parent-directory.md
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// Where each path first has an entry that can be a parent: a directory, or a symbolic link, which may lead to one.
using FirstEntries = std::unordered_map<std::string_view, EntryId>;

bool lacks_parent(const Entry& entry) {
  // Whether a whiteout needs its directory is not known; no thread tells of one that failed.
  const bool whiteout = entry.type == EntryType::whiteout || entry.type == EntryType::opaque;
  return has(entry.oddities, Oddity::missing_parent) && !whiteout && !parent_path(entry.path).empty();
}

/// The layers below the first one that cannot be read: what that one holds, nobody knows.
std::span<const Layer> known_layers(const ImageModel& image) {
  const auto layers = image.layers();
  std::size_t count = 0;
  while (count < layers.size() && layers[count].contents == LayerContents::scanned) ++count;
  return layers.first(count);
}

FirstEntries first_entries(std::span<const Layer> layers) {
  FirstEntries first;
  for (std::uint32_t layer = 0; layer < layers.size(); ++layer) {
    for (std::uint32_t i = 0; i < layers[layer].entries.size(); ++i) {
      const Entry& entry = layers[layer].entries[i];
      if (entry.type != EntryType::directory && entry.type != EntryType::symlink) continue;
      first.try_emplace(entry.path, EntryId{layer, i});
    }
  }
  return first;
}

/// The members below one directory that is not there when they arrive.
struct Orphans {
  std::string_view first_member;
  std::uint64_t count = 0;
  std::set<std::string_view> missing;  // the directory, and those below it that are missing too
  bool entry_comes_later = false;
};
using OrphansOf =
    std::map<std::pair<std::uint32_t, std::string_view>, Orphans>;  // by layer and topmost missing directory

void file_orphan(EntryId id, const Entry& entry, const FirstEntries& first, OrphansOf& all) {
  std::set<std::string_view> missing;
  std::string_view topmost = parent_path(entry.path);
  for (std::string_view directory = topmost; !directory.empty(); directory = parent_path(directory)) {
    const auto known = first.find(directory);
    if (!missing.empty() && known != first.end() && known->second < id) break;
    missing.insert(directory);
    topmost = directory;
  }
  Orphans& orphans = all[{id.layer, topmost}];
  if (orphans.count++ == 0) orphans.first_member = entry.path;
  orphans.missing.merge(missing);
  const auto own = first.find(topmost);
  orphans.entry_comes_later = own != first.end() && own->second > id && own->second.layer == id.layer;
}

void report(std::uint32_t layer, std::string_view directory, const Orphans& orphans, FindingSink& out) {
  const std::size_t below = orphans.missing.size() - 1;
  const std::uint64_t others = orphans.count - 1;
  out.add({.message = cat("no entry for the directory ", seen_path(directory),
                          below == 0 ? "" : cat(" and ", counted(below, "directory", "directories"), " below it"),
                          " precedes ", seen_path(orphans.first_member),
                          others == 0 ? "" : cat(" and ", counted(others, "other member", "other members")),
                          orphans.entry_comes_later ? "; its own entry comes later in the layer" : "",
                          ". Lambda refuses this with MissingParentDirectory"),
           .fix = cat("put a directory entry for ", seen_path(directory), " ahead of it: RUN mkdir -p ",
                      seen_path(directory),
                      " before the COPY; in Bazel pkg_mkdirs; in a tar made by hand, list directories first"),
           .where = {in_layer(layer, directory), in_layer(layer, orphans.first_member)},
           .severity = {}});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const auto layers = known_layers(in.image);
  if (layers.empty() && !in.image.layers().empty()) return Outcome::not_applicable("the base layer cannot be read");
  FirstEntries first;
  OrphansOf all;
  for (std::uint32_t layer = 0; layer < layers.size(); ++layer) {
    for (std::uint32_t i = 0; i < layers[layer].entries.size(); ++i) {
      const Entry& entry = layers[layer].entries[i];
      if (!lacks_parent(entry)) continue;
      if (first.empty()) first = first_entries(layers);  // most images never need it
      file_orphan({layer, i}, entry, first, all);
    }
  }
  for (const auto& [place, orphans] : all) report(place.first, place.second, orphans, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_parent_directory = {.info = {.id = "missing-parent-directory",
                                                          .title = "Member without an entry for its parent directory",
                                                          .since = "0.1.0",
                                                          .category = Category::deploy,
                                                          .severity = Severity::error,
                                                          .evidence = Evidence::observed,
                                                          .fixed_by = "add-parent-directories"},
                                                 .check = check};

}  // namespace ocitidy::rules
