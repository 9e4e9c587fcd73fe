// files_jsonl.cc - the merged tree, one visible path a line: docs/files.schema.json.
#include <algorithm>
#include <cstddef>
#include <unordered_map>

#include "base/text.h"
#include "ocitidy/report.h"
#include "report/file_row.h"

namespace ocitidy {
namespace {

/// Names are bytes: those that are UTF-8 stand as member names, the others in base64 in an object of their own.
void write_xattrs(JsonWriter& json, std::span<const Xattr> xattrs) {
  std::vector<const Xattr*> readable, other;
  for (std::size_t i = 0; i < xattrs.size(); ++i) {
    if (i + 1 < xattrs.size() && xattrs[i + 1].name == xattrs[i].name) continue;  // the last of equal names counts
    (is_utf8(xattrs[i].name) ? readable : other).push_back(&xattrs[i]);
  }
  if (!readable.empty()) {
    json.key("xattrs");
    json.begin_object();
    for (const Xattr* xattr : readable) json.member(xattr->name, base64(xattr->value));
    json.end_object();
  }
  if (!other.empty()) {
    json.key("xattrsBase64");
    json.begin_object();
    for (const Xattr* xattr : other) json.member(base64(xattr->name), base64(xattr->value));
    json.end_object();
  }
}

/// Finds the first name of each hard-link group. Remembers a group only until its last name has passed: memory grows
/// with the groups that are open at one time, four bytes of payload each.
class LinkGroups {
 public:
  std::optional<NodeId> first_name(NodeId id, const Node& node) {
    if (node.link_count < 2) return std::nullopt;
    const auto [group, is_new] = open_.try_emplace(node.inode, Group{id, node.link_count});
    const NodeId first = group->second.first;
    if (--group->second.names_left == 0) open_.erase(group);
    return first;
  }

 private:
  struct Group {
    NodeId first;
    std::uint32_t names_left;
  };
  std::unordered_map<std::uint32_t, Group> open_;  // looked up only, never iterated: its order cannot show
};

}  // namespace

void write_file_row(JsonWriter& json, const FileRow& row) {
  const Node& node = row.node;
  json.begin_object();
  json.text("path", row.path);
  json.member("type", entry_type_name(node.type));
  json.member("mode", octal(node.mode));
  json.member("uid", node.uid);
  json.member("gid", node.gid);
  json.member("mtime", node.mtime_s);
  json.member("mtimeNs", node.mtime_ns);
  if (node.type == EntryType::file) json.member("size", node.size_bytes);
  if (row.sha256 != nullptr)
    json.member("sha256", hex({reinterpret_cast<const char*>(row.sha256->data()), row.sha256->size()}));
  if (node.type == EntryType::symlink) json.text("linkTarget", node.link_target);
  if (row.link_group) json.text("hardLinkGroup", *row.link_group);
  if (node.type == EntryType::char_device || node.type == EntryType::block_device) {
    json.member("device", cat(node.device_major, ":", node.device_minor));
  }
  write_xattrs(json, row.xattrs);
  json.key("layer");
  node.made_by ? json.value(node.layer) : json.null();
  json.end_object();
  json.end_document();
}

void write_files_jsonl(const ImageModel& model, const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::one_line);
  LinkGroups groups;
  const auto write_node = [&](NodeId id, std::string_view path) {
    FileRow row{.path = path, .node = model.node(id), .xattrs = {}, .sha256 = nullptr, .link_group = std::nullopt};
    if (row.node.made_by) {
      row.xattrs = model.xattrs(*row.node.made_by);
      if (row.node.type == EntryType::file) row.sha256 = model.content_sha256(*row.node.made_by);
    }
    if (const auto first = groups.first_name(id, row.node)) row.link_group = model.path(*first);
    write_file_row(json, row);
  };
  if (model.node(NodeId::root).made_by) write_node(NodeId::root, "");  // else it is as every root: 0755, root:root
  model.walk(write_node);
}

}  // namespace ocitidy
