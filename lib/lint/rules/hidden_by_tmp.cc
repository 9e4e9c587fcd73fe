// hidden-by-tmp: files below directories that Lambda mounts something else over.
// Why and examples: docs/rules/hidden-by-tmp.md
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kGroupsPerMount = 20;

struct Mount {
  std::string_view directory;
  Severity severity;
  std::string_view what;
};
constexpr std::array kMounts = {
    Mount{"dev", Severity::info, "the kernel's own devices are mounted over /dev"},
    Mount{"proc", Severity::info, "the kernel's own files are mounted over /proc"},
    Mount{"sys", Severity::info, "the kernel's own files are mounted over /sys"},
    Mount{"tmp", Severity::warning, "Lambda mounts an empty volume over /tmp"},
};

// What builds leave behind in /tmp and no function looks for: not worth more than a note about bytes.
constexpr std::array<std::string_view, 16> kLeftovers = {
    "tmp/*.deb",        "tmp/*.gz",  "tmp/*.rpm",   "tmp/*.sh",
    "tmp/*.tar*",       "tmp/*.tgz", "tmp/*.zip",   "tmp/.*",
    "tmp/hsperfdata_*", "tmp/npm-*", "tmp/pip-*",   "tmp/requirements*.txt",
    "tmp/tmp*",         "tmp/v8-*",  "tmp/yarn--*", "tmp/node-compile-cache"};

/// Files told of together: one directory right below a mount point, or one file there.
struct Group {
  const Mount* mount = nullptr;
  std::uint64_t files = 0, bytes = 0;
  NodeId largest = NodeId::root;
  std::uint64_t largest_bytes = 0;
  std::vector<std::string> variables;  // of ENV, whose value lies below
};
using Groups = std::map<std::string, Group>;

/// "tmp/models" of "tmp/models/a/b"; the path itself when it has two components.
std::string_view group_of(std::string_view path) {
  const std::size_t first = path.find('/');
  return path.substr(0, path.find('/', first == std::string_view::npos ? first : first + 1));
}

void add(Groups& groups, std::string key, const Group& other) {
  Group& group = groups[std::move(key)];
  group.mount = other.mount;
  group.files += other.files;
  group.bytes += other.bytes;
  group.variables.insert(group.variables.end(), other.variables.begin(), other.variables.end());
  if (other.largest_bytes <= group.largest_bytes) return;
  group.largest = other.largest;
  group.largest_bytes = other.largest_bytes;
}

Groups find_groups(const ImageModel& image) {
  Groups groups;
  image.walk([&](NodeId id, std::string_view path) {
    const std::string_view top = path.substr(0, path.find('/'));
    const auto mount = std::ranges::find(kMounts, top, &Mount::directory);
    if (mount == kMounts.end() || path == top) return;
    const Node node = image.node(id);
    // Engines leave empty files such as /dev/console behind as mount points; nothing is lost with them.
    if (node.type != EntryType::file || node.size_bytes == 0) return;
    add(groups, std::string(group_of(path)), {mount, 1, node.size_bytes, id, node.size_bytes, {}});
  });
  return groups;
}

/// Names in each group the ENV variables that point at a path in it. Values stay out: they may be secrets.
void note_variables(const ImageModel& image, Groups& groups) {
  for (const std::string& variable : image.config().env) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos) continue;
    std::string_view values = std::string_view(variable).substr(equals + 1);
    while (!values.empty()) {
      const std::size_t colon = std::min(values.find(':'), values.size());
      const std::string_view value = values.substr(0, colon);
      values.remove_prefix(std::min(colon + 1, values.size()));
      if (!value.starts_with('/') || !image.find(value)) continue;
      const auto group = groups.find(std::string(group_of(in_tree(value).path)));
      if (group != groups.end()) group->second.variables.push_back(quote(variable.substr(0, equals)));
    }
  }
}

/// When a mount point has too many groups, tells of all of it at once.
Groups few(const Groups& groups) {
  std::map<const Mount*, std::size_t> count;
  for (const auto& [path, group] : groups) ++count[group.mount];
  Groups result;
  for (const auto& [path, group] : groups) {
    add(result, count[group.mount] > kGroupsPerMount ? std::string(group.mount->directory) : path, group);
  }
  return result;
}

Outcome check(const LintInput& in, FindingSink& out) {
  constexpr std::size_t kVariables = 4;
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  Groups groups = find_groups(image);
  note_variables(image, groups);
  for (const auto& [path, group] : few(groups)) {
    const bool leftover =
        std::ranges::any_of(kLeftovers, [&](std::string_view glob) { return glob_matches(glob, path); });
    const std::string largest = image.path(group.largest);
    const std::string pointed =
        group.variables.empty() ? "" : cat("; ENV ", listed(group.variables, kVariables), " points there");
    out.add(
        {.message = cat(counted(group.files, "file", "files"), " (", human_bytes(group.bytes), ") at ", seen_path(path),
                        " cannot be seen at run time: ", group.mount->what, pointed,
                        largest == path ? "" : cat("; the largest is ", seen_path(largest))),
         .fix = cat("put ", group.files == 1 ? "it" : "them", " elsewhere, such as below /opt or /var/task, or delete ",
                    group.files == 1 ? "it" : "them", " in the step that makes ", group.files == 1 ? "it" : "them"),
         .where = {in_layer(image.node(group.largest).layer, path)},
         .wasted_bytes = group.bytes,
         .severity = leftover && group.variables.empty() ? Severity::info : group.mount->severity});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule hidden_by_tmp = {.info = {.id = "hidden-by-tmp",
                                               .title = "Files that a mount hides at run time",
                                               .since = "0.1.0",
                                               .category = Category::runtime,
                                               .severity = Severity::warning,
                                               .evidence = Evidence::observed,
                                               .fixed_by = "drop-logs-and-temp"},
                                      .check = check};

}  // namespace ocitidy::rules
