// shadowed-file: bytes shipped in a layer that no process can see.
// Why and examples: docs/rules/shadowed-file.md
#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.h"
#include "lint/path_groups.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kGroupsPerCause = 20;  // for one layer, one layer that hides, one cause
constexpr std::size_t kFindings = 200;
enum class Cause : std::uint8_t { deleted, opaque, same_size, overwritten, replaced, duplicate };

struct Story {
  std::string_view what, fix;
};
// In the order of Cause.
constexpr std::array<Story, 6> kStories = {{
    {"deleted in ", "delete it in the RUN step that makes it, or copy what is needed out of a build stage"},
    {"hidden by a directory replaced whole in ", "copy what is needed out of a build stage"},
    {"copied whole into ", "set mode and owner where the file is made: COPY --chmod --chown, or in the same RUN step"},
    {"overwritten in ", "write it once, in its final form, or copy the result out of a build stage"},
    {"hidden by what replaces a directory above it in ", "copy what is needed out of a build stage"},
    {"written again later in ", "write each path once: remove the double from the list the layer is built from"},
}};
const Story& story_of(Cause cause) { return kStories[static_cast<std::size_t>(cause)]; }

struct Hidden {
  EntryId id, by;
  Cause cause;
  std::string_view path;
  std::uint64_t bytes;

  auto bucket() const { return std::tuple(id.layer, by.layer, cause); }
};

/// What chmod, chown and setcap change of a file they copy whole.
std::vector<std::string> changes(const ImageModel& image, EntryId id, EntryId by) {
  const Entry &before = image.entry(id), &after = image.entry(by);
  std::vector<std::string> changed;
  if (before.mode != after.mode) changed.emplace_back("mode");
  if (before.uid != after.uid || before.gid != after.gid) changed.emplace_back("owner");
  if (!std::ranges::equal(image.xattrs(id), image.xattrs(by))) changed.emplace_back("extended attributes");
  return changed;
}

Cause cause_of(const ImageModel& image, EntryId id, EntryId by) {
  const Entry &entry = image.entry(id), &hider = image.entry(by);
  if (id.layer == by.layer) return Cause::duplicate;
  if (hider.type == EntryType::whiteout) return Cause::deleted;
  if (hider.type == EntryType::opaque) return Cause::opaque;
  if (hider.path != entry.path) return Cause::replaced;
  // Contents are not compared: a file written anew may have the size of the old one, and then nothing else differs.
  const bool same_size = hider.type == EntryType::file && hider.size_bytes == entry.size_bytes;
  return same_size && !changes(image, id, by).empty() ? Cause::same_size : Cause::overwritten;
}

std::vector<Hidden> hidden_files(const ImageModel& image) {
  std::vector<Hidden> hidden;
  for (std::uint32_t layer = 0; layer < image.layers().size(); ++layer) {
    const auto entries = image.layers()[layer].entries;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      if (entries[i].type != EntryType::file || entries[i].size_bytes == 0) continue;
      const auto by = image.hidden_by({layer, i});
      if (!by || *by == EntryId{layer, i}) continue;  // one that cannot be unpacked shadows nothing
      hidden.push_back({{layer, i}, *by, cause_of(image, {layer, i}, *by), entries[i].path, entries[i].size_bytes});
    }
  }
  std::ranges::stable_sort(hidden, {}, &Hidden::bucket);
  return hidden;
}

/// One finding for `files`, neighbours in the sorted list.
Finding about(const ImageModel& image, std::span<const Hidden> files, std::string_view common) {
  std::uint64_t bytes = 0;
  for (const Hidden& file : files) bytes += file.bytes;
  const Hidden& first = files.front();
  const bool one = files.size() == 1;
  return {.message = cat(one ? seen_path(first.path) : cat(files.size(), " files below ", seen_path(common)),
                         one ? " ships " : " ship ", human_bytes(bytes),
                         " that no process can see: ", story_of(first.cause).what, "layer ", first.by.layer,
                         first.cause != Cause::same_size
                             ? ""
                             : cat(", where probably only ", listed(changes(image, first.id, first.by), 3), " changed"),
                         one ? "" : cat("; the first is ", seen_path(first.path))),
          .fix = std::string(story_of(first.cause).fix),
          .where = {in_layer(first.id.layer, common), in_layer(first.by.layer, image.entry(first.by).path)},
          .wasted_bytes = bytes,
          .severity = {}};
}

/// Keeps the largest findings; the others become one, so that their bytes are not lost.
std::vector<Finding> bounded(std::vector<Finding> findings) {
  if (findings.size() <= kFindings) return findings;
  std::ranges::sort(findings, [](const Finding& a, const Finding& b) {
    return std::tie(b.wasted_bytes, a.message) < std::tie(a.wasted_bytes, b.message);
  });
  std::uint64_t bytes = 0;
  const std::size_t rest = findings.size() - (kFindings - 1);
  for (std::size_t i = kFindings - 1; i < findings.size(); ++i) bytes += findings[i].wasted_bytes;
  findings.resize(kFindings - 1);
  findings.push_back(
      {.message = cat(rest, " smaller groups of files ship ", human_bytes(bytes), " that no process can see"),
       .fix = std::string(story_of(Cause::deleted).fix),
       .where = {},
       .wasted_bytes = bytes,
       .severity = {}});
  return findings;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  std::vector<Hidden> hidden = hidden_files(in.image);
  if (hidden.empty() && in.image.layers().size() < 2) return Outcome::not_applicable("a single layer hides nothing");
  std::vector<Finding> findings;
  for (std::size_t begin = 0, end = 0; begin < hidden.size(); begin = end) {
    while (end < hidden.size() && hidden[end].bucket() == hidden[begin].bucket()) ++end;
    const auto bucket = std::span(hidden).subspan(begin, end - begin);
    std::ranges::stable_sort(bucket, {}, &Hidden::path);
    std::vector<std::string_view> paths;
    for (const Hidden& file : bucket) paths.push_back(file.path);
    for (const PathGroup& group : group_paths(paths, kGroupsPerCause)) {
      Finding finding = about(in.image, bucket.subspan(group.begin, group.end - group.begin), group.common);
      if (finding.wasted_bytes >= in.options.min_waste_bytes) findings.push_back(std::move(finding));
    }
  }
  for (Finding& finding : bounded(std::move(findings))) out.add(std::move(finding));
  return Outcome::checked();
}

}  // namespace

constinit const Rule shadowed_file = {.info = {.id = "shadowed-file",
                                               .title = "File that a later layer hides still ships",
                                               .since = "0.1.0",
                                               .category = Category::size,
                                               .severity = Severity::info,
                                               .evidence = Evidence::inferred,
                                               .profiles = kLambdaAndGeneric,
                                               .fixed_by = "drop-hidden"},
                                      .check = check};

}  // namespace ocitidy::rules
