// tree_diff.cc - see tree_diff.h.
#include "optimize/tree_diff.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/hasher.h"
#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

std::span<const Xattr> xattrs_of(const ImageModel& model, const Node& node) {
  return node.made_by ? model.xattrs(*node.made_by) : std::span<const Xattr>();
}

bool same_content(const ImageModel& a, const Node& x, const ImageModel& b, const Node& y) {
  if (x.type != EntryType::file) return true;
  if (x.size_bytes != y.size_bytes) return false;
  const Sha256* const left = a.content_sha256(*x.made_by);
  const Sha256* const right = b.content_sha256(*y.made_by);
  return left != nullptr && right != nullptr && *left == *right;
}

Field differences(const ImageModel& a, const Node& x, const ImageModel& b, const Node& y) {
  Field differs = Field::none;
  if (x.type != y.type) return Field::type;
  if (x.mode != y.mode) differs |= Field::mode;
  if (x.uid != y.uid || x.gid != y.gid) differs |= Field::owner;
  if (x.mtime_s != y.mtime_s || x.mtime_ns != y.mtime_ns) differs |= Field::mtime;
  if (!std::ranges::equal(xattrs_of(a, x), xattrs_of(b, y))) differs |= Field::xattrs;
  if (x.link_target != y.link_target) differs |= Field::target;
  if (x.device_major != y.device_major || x.device_minor != y.device_minor) differs |= Field::device;
  if (!same_content(a, x, b, y)) differs |= Field::content;
  return differs;
}

/// Which inode of the one tree is which of the other. Hard links are equal while this stays one to one.
class InodePairs {
 public:
  bool pair(std::uint32_t before, std::uint32_t after) {
    return settle(after_of_, before, after) && settle(before_of_, after, before);
  }

 private:
  static bool settle(std::vector<std::uint32_t>& of, std::uint32_t key, std::uint32_t value) {
    if (key >= of.size()) of.resize(std::max<std::size_t>(key + 1, of.size() * 2), kNone);
    if (of[key] == kNone) of[key] = value;
    return of[key] == value;
  }
  std::vector<std::uint32_t> after_of_, before_of_;
};

}  // namespace

std::string field_names(Field set) {
  constexpr std::array<std::pair<Field, std::string_view>, 9> kNames{{{Field::type, "type"},
                                                                      {Field::mode, "mode"},
                                                                      {Field::owner, "owner"},
                                                                      {Field::mtime, "mtime"},
                                                                      {Field::xattrs, "extended attributes"},
                                                                      {Field::target, "link target"},
                                                                      {Field::content, "content"},
                                                                      {Field::device, "device"},
                                                                      {Field::links, "hard links"}}};
  std::string text;
  for (const auto& [field, name] : kNames) {
    if (has(set, field)) text += cat(text.empty() ? "" : ", ", name);
  }
  return text;
}

void compare_trees(const ImageModel& before, const ImageModel& after, const std::function<void(const PathPair&)>& visit,
                   const InodeOf& inode_of) {
  InodePairs inodes;
  std::size_t shared = 0;
  const auto compare = [&](NodeId id, std::string_view path) {
    const auto other = id == NodeId::root ? std::optional(NodeId::root) : after.find(path);
    PathPair pair{.path = path, .before = id, .after = other};
    if (other) {
      ++shared;
      const Node x = before.node(id), y = after.node(*other);
      pair.differs = differences(before, x, after, y);
      if (x.type != EntryType::directory && !inodes.pair(inode_of(x), y.inode)) pair.differs |= Field::links;
    }
    visit(pair);
  };
  compare(NodeId::root, "");
  before.walk(compare);
  if (shared == after.node_count()) return;
  after.walk([&](NodeId id, std::string_view path) {
    if (!before.find(path)) visit({.path = path, .before = std::nullopt, .after = id});
  });
}

std::string facts_of(const ImageModel& model, NodeId id) {
  const Node node = model.node(id);
  std::string nanoseconds = std::to_string(node.mtime_ns);
  nanoseconds.insert(0, 9 - nanoseconds.size(), '0');
  std::string line = cat(entry_type_name(node.type), " ", octal(node.mode), " ", node.uid, ":", node.gid, " ",
                         node.mtime_s, ".", nanoseconds);
  if (node.type == EntryType::file) {
    const Sha256* const sha256 = model.content_sha256(*node.made_by);
    line += cat(" ", node.size_bytes, " ");
    if (sha256 != nullptr) line += hex({reinterpret_cast<const char*>(sha256->data()), sha256->size()});
  }
  if (node.type == EntryType::symlink) line += cat(" -> ", hex(node.link_target));
  if (node.type == EntryType::char_device || node.type == EntryType::block_device) {
    line += cat(" ", node.device_major, ",", node.device_minor);
  }
  for (const Xattr& xattr : xattrs_of(model, node)) line += cat(" ", hex(xattr.name), "=", hex(xattr.value));
  return line;
}

TreeChange change_between(const ImageModel& before, const ImageModel& after, const PathPair& pair) {
  return {.path = std::string(pair.path),
          .before = pair.before ? facts_of(before, *pair.before) : "",
          .after = pair.after ? facts_of(after, *pair.after) : "",
          .linked_to = {},
          .pass = {},
          .reason = {}};
}

Sha256 tree_hash(const ImageModel& model) {
  Hasher hasher;
  const auto add = [&](std::string_view text) { hasher.update(std::as_bytes(std::span(text))); };
  std::unordered_map<std::uint32_t, std::string> first_names;  // of inodes with several names
  const auto hash = [&](NodeId id, std::string_view path) {
    const Node node = model.node(id);
    std::string line = cat(hex(path), " ", facts_of(model, id));
    if (node.type != EntryType::directory && node.link_count > 1) {
      line += cat(" = ", hex(first_names.try_emplace(node.inode, path).first->second));
    }
    line += '\n';
    add(line);
  };
  hash(NodeId::root, "");
  model.walk(hash);
  return sha256_of(hasher.finish());
}

}  // namespace ocitidy
