// suspicious-hard-link: hard links that lead to nothing, to a directory or out of their layer.
// Why and examples: docs/rules/suspicious-hard-link.md
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kShown = 3;

struct Kind {
  Oddity oddity;
  Severity severity;
  std::string_view what;
};
constexpr std::array kKinds = {
    Kind{Oddity::dangling_link, Severity::error,
         "whose target is not there when they come: no engine can make them, and unpacking stops"},
    Kind{Oddity::link_to_directory, Severity::error,
         "whose target is a directory: no engine can make them, and unpacking stops"},
    Kind{Oddity::cross_layer_link, Severity::warning,
         "into a lower layer: the image-spec leaves that open, some engines refuse it, and whether Lambda takes it is "
         "not known"},
};

/// The links of one kind in one layer.
struct Links {
  std::size_t count = 0, late = 0;  // late: the target comes later in the same layer
  std::string_view first;
  std::vector<std::string> shown;  // "'/a' to '/b'"
};

std::set<std::string_view> files_of(const Layer& layer) {
  std::set<std::string_view> files;
  for (const Entry& entry : layer.entries) {
    if (entry.type == EntryType::file) files.insert(entry.path);
  }
  return files;
}

bool is_dangling(const Entry& entry) {
  return entry.type == EntryType::hard_link && has(entry.oddities, Oddity::dangling_link);
}

std::map<const Kind*, Links> links_of(const Layer& layer) {
  std::map<const Kind*, Links> found;
  std::set<std::string_view> files;  // only looked up for broken links, which are rare
  for (const Entry& entry : layer.entries) {
    if (entry.type != EntryType::hard_link || entry.oddities == Oddity::none) continue;
    for (const Kind& kind : kKinds) {
      if (!has(entry.oddities, kind.oddity)) continue;
      Links& links = found[&kind];
      if (links.count++ == 0) links.first = entry.path;
      links.shown.push_back(links.count <= kShown ? cat(seen_path(entry.path), " to ", seen_path(entry.link_target))
                                                  : std::string());
      if (is_dangling(entry) && files.empty()) files = files_of(layer);
      if (is_dangling(entry) && files.contains(entry.link_target)) ++links.late;
      break;
    }
  }
  return found;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const auto layers = in.image.layers();
  for (std::uint32_t layer = 0; layer < layers.size(); ++layer) {
    // What lies below a layer that cannot be read may be what a link means.
    const bool unsure = has_unread_layer(in.image);
    for (const auto& [kind, links] : links_of(layers[layer])) {
      out.add({.message = cat(counted(links.count, "hard link", "hard links"), " ", kind->what, ": ",
                              listed(links.shown, kShown),
                              links.late == 0 ? "" : cat("; of ", links.late, " the target comes later in the layer"),
                              unsure ? ". A layer of this image cannot be read; the target may lie there" : ""),
               .fix = "write the target ahead of its links in the same layer, or copies instead of links; 'ocitidy "
                      "optimize' does so",
               .where = {in_layer(layer, links.first)},
               .severity = unsure ? Severity::warning : kind->severity});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule suspicious_hard_link = {
    .info = {.id = "suspicious-hard-link",
             .title = "Hard link to nothing, to a directory or out of its layer",
             .since = "0.1.0",
             .category = Category::deploy,
             .severity = Severity::warning,
             .evidence = Evidence::observed,
             .profiles = kLambdaAndGeneric,
             .fixed_by = "repair-hard-links"},
    .check = check};

}  // namespace ocitidy::rules
