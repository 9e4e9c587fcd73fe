// mounted_over.cc - see mounted_over.h.
#include "lint/mounted_over.h"

#include <algorithm>

#include "base/text.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kGroupsPerMount = 20, kShownVariables = 4;

using Groups = std::map<std::string, HiddenFiles>;

std::string_view top_of(std::string_view path) { return path.substr(0, path.find('/')); }

/// "tmp/models" of "tmp/models/a/b"; the path itself when it has two components.
std::string_view group_of(std::string_view path) {
  const std::size_t first = path.find('/');
  return path.substr(0, path.find('/', first == std::string_view::npos ? first : first + 1));
}

void add(Groups& groups, std::string key, const HiddenFiles& other) {
  HiddenFiles& group = groups[std::move(key)];
  group.files += other.files;
  group.bytes += other.bytes;
  group.variables.insert(group.variables.end(), other.variables.begin(), other.variables.end());
  if (other.largest_bytes <= group.largest_bytes) return;
  group.largest = other.largest;
  group.largest_bytes = other.largest_bytes;
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
  std::map<std::string_view, std::size_t> count;
  for (const auto& [path, group] : groups) ++count[top_of(path)];
  Groups result;
  for (const auto& [path, group] : groups) {
    add(result, count[top_of(path)] > kGroupsPerMount ? std::string(top_of(path)) : path, group);
  }
  return result;
}

}  // namespace

Groups files_mounted_over(const ImageModel& image, std::span<const std::string_view> mounts) {
  Groups groups;
  image.walk([&](NodeId id, std::string_view path) {
    const std::string_view top = top_of(path);
    if (path == top || std::ranges::find(mounts, top) == mounts.end()) return;
    const Node node = image.node(id);
    if (node.type != EntryType::file || node.size_bytes == 0) return;
    add(groups, std::string(group_of(path)), {1, node.size_bytes, id, node.size_bytes, {}});
  });
  note_variables(image, groups);
  return few(groups);
}

Finding about_hidden_files(const ImageModel& image, std::string_view path, const HiddenFiles& hidden,
                           std::string_view why) {
  const std::string largest = image.path(hidden.largest);
  const std::string pointed =
      hidden.variables.empty() ? "" : cat("; ENV ", listed(hidden.variables, kShownVariables), " points there");
  const std::string_view them = hidden.files == 1 ? "it" : "them";
  return {.message = cat(counted(hidden.files, "file", "files"), " (", human_bytes(hidden.bytes), ") at ",
                         seen_path(path), " cannot be seen at run time: ", why, pointed,
                         largest == path ? "" : cat("; the largest is ", seen_path(largest))),
          .fix = cat("put ", them, " elsewhere, such as below /opt or /var/task, or delete ", them,
                     " in the step that makes ", them),
          .where = {in_layer(image.node(hidden.largest).layer, path)},
          .wasted_bytes = hidden.bytes,
          .severity = {}};
}

}  // namespace ocitidy::rules
