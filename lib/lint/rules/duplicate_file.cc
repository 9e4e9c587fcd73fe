// duplicate-file: visible files of equal content, each of which ships its bytes again.
// Why and examples: docs/rules/duplicate-file.md
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::uint64_t kWorthALineBytes = std::uint64_t{1} << 20;  // for one pair of directories
constexpr std::uint64_t kSmallestFileBytes = 4096;                  // one page: a smaller file gains nothing
constexpr std::size_t kFindings = 50;

struct File {
  std::uint64_t bytes;
  Hash128 hash;
  std::uint32_t layer, place;  // place: in the walk
  NodeId node;

  auto key() const { return std::tie(bytes, hash, layer, place); }
};

/// A scan that has SHA-256 need not have the other.
std::optional<Hash128> hash_of(const ImageModel& image, EntryId id) {
  if (const Sha256* const sha256 = image.content_sha256(id)) {
    Hash128 front;
    std::copy_n(sha256->begin(), front.size(), front.begin());
    return front;
  }
  const Hash128* const hash = image.content_hash(id);
  return hash == nullptr ? std::nullopt : std::optional(*hash);
}

/// One name of each visible inode; equal files side by side, those of lower layers first.
std::vector<File> hashed_files(const ImageModel& image) {
  std::vector<File> files;
  std::vector<bool> seen;  // inodes that have several names
  image.walk([&](NodeId id, std::string_view) {
    const Node node = image.node(id);
    if (node.type != EntryType::file || node.size_bytes < kSmallestFileBytes) return;
    if (node.link_count > 1) {
      if (seen.size() <= node.inode) seen.resize(node.inode + std::size_t{1});
      if (seen[node.inode]) return;
      seen[node.inode] = true;
    }
    if (const auto hash = hash_of(image, *node.made_by))
      files.push_back({node.size_bytes, *hash, node.layer, static_cast<std::uint32_t>(files.size()), id});
  });
  std::ranges::sort(files, [](const File& a, const File& b) { return a.key() < b.key(); });
  return files;
}

/// What is left of two paths without the components they end in alike: the roots of two equal trees. Of files with
/// other names, their directories.
std::pair<std::string_view, std::string_view> roots(std::string_view a, std::string_view b) {
  if (a.substr(a.rfind('/') + 1) != b.substr(b.rfind('/') + 1)) return {parent_path(a), parent_path(b)};
  while (!a.empty() && !b.empty() && a.substr(a.rfind('/') + 1) == b.substr(b.rfind('/') + 1)) {
    a = parent_path(a);
    b = parent_path(b);
  }
  return {a, b};
}

/// Copies below one root of files below another: a tree that is there twice is one mistake.
struct Group {
  std::uint64_t copies = 0, wasted_bytes = 0, largest_bytes = 0;
  std::string first, copy;  // paths of the largest
  std::uint32_t first_layer = 0;
};
using Groups = std::map<std::tuple<std::string, std::string, std::uint32_t>, Group>;  // by roots and the copies' layer

void add(const ImageModel& image, std::span<const File> equal, Groups& groups) {
  const std::string first = image.path(equal.front().node);
  for (const File& file : equal.subspan(1)) {
    const std::string copy = image.path(file.node);
    const auto [first_root, copy_root] = roots(first, copy);
    Group& group = groups[{std::string(first_root), std::string(copy_root), file.layer}];
    ++group.copies;
    group.wasted_bytes += file.bytes;
    if (file.bytes <= group.largest_bytes) continue;
    group.largest_bytes = file.bytes;
    group.first = first;
    group.copy = copy;
    group.first_layer = equal.front().layer;
  }
}

Finding about(std::string_view first_root, std::string_view copy_root, std::uint32_t layer, const Group& group) {
  const bool one = group.copies == 1;
  return {.message = cat(
              one ? ""
                  : cat(group.copies, " files below ", seen_path(copy_root), " are equal to files below ",
                        seen_path(first_root), " and cost ", human_bytes(group.wasted_bytes), " once more, such as "),
              seen_path(group.copy), one ? " is equal to " : " and ", seen_path(group.first), " of layer ",
              group.first_layer, one ? cat(" and costs ", human_bytes(group.wasted_bytes), " once more") : "",
              " (equal by a 128-bit hash, not compared byte by byte)"),
          .fix =
              "keep one and link to it (ln -s), or copy it once; within one layer: ocitidy optimize --passes "
              "link-equal-files",
          .where = {in_layer(layer, one ? std::string_view(group.copy) : copy_root),
                    in_layer(group.first_layer, one ? std::string_view(group.first) : first_root)},
          .wasted_bytes = group.wasted_bytes,
          .severity = {}};
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const std::vector<File> files = hashed_files(in.image);
  Groups groups;
  for (std::size_t begin = 0, end = 0; begin < files.size(); begin = end) {
    const File& first = files[begin];
    for (end = begin + 1; end < files.size() && files[end].bytes == first.bytes && files[end].hash == first.hash;)
      ++end;
    if (end - begin > 1) add(in.image, std::span(files).subspan(begin, end - begin), groups);
  }
  std::vector<Finding> findings;
  for (const auto& [place, group] : groups)
    if (group.wasted_bytes >= kWorthALineBytes)
      findings.push_back(about(std::get<0>(place), std::get<1>(place), std::get<2>(place), group));
  std::ranges::stable_sort(findings, std::ranges::greater(), &Finding::wasted_bytes);
  if (findings.size() > kFindings) findings.resize(kFindings);  // the largest
  for (Finding& finding : findings) out.add(std::move(finding));
  return Outcome::checked();
}

}  // namespace

constinit const Rule duplicate_file = {.info = {.id = "duplicate-file",
                                                .title = "Files of equal content",
                                                .since = "0.1.0",
                                                .category = Category::size,
                                                .severity = Severity::info,
                                                .evidence = Evidence::documented,
                                                .profiles = kLambdaAndGeneric,
                                                .facts = Facts::content_hashes},
                                       .check = check};

}  // namespace ocitidy::rules
