// layer_members.cc - see layer_members.h.
#include "optimize/layer_members.h"

#include <algorithm>

#include "optimize/lay_out.h"

namespace ocitidy {

void LayerMembers::reserve(std::size_t count) {
  layer_.index.entries.reserve(count);
  layer_.index.content.reserve(count);
  layer_.bytes_of.reserve(count);
}

void LayerMembers::push(Entry entry, EntryId bytes_of) {
  LayerIndex& index = layer_.index;
  index.content.emplace_back();
  if (bytes_of != kNoBytes) {
    if (const Sha256* const sha256 = image_.content_sha256(bytes_of)) index.content.back() = *sha256;
  }
  index.entries.push_back(entry);
  layer_.bytes_of.push_back(bytes_of);
}

std::uint16_t LayerMembers::owner_of(const OwnerNames& names) {
  auto& owners = layer_.index.owners;
  auto it = std::ranges::find(owners, names);
  if (it == owners.end()) it = owners.insert(owners.end(), names);
  return static_cast<std::uint16_t>(it - owners.begin());
}

/// Most members stand in the image under this very path: those bytes are lent.
std::string_view LayerMembers::path_of(NodeId id, const Node& node) {
  const std::string path = image_.path(id);
  const std::string_view there = node.named_by ? image_.entry(*node.named_by).path : std::string_view();
  return there == path ? there : layer_.index.names.keep(path);
}

void LayerMembers::add(NodeId id) {
  const Node node = image_.node(id);
  const InodeEdit* const edit = plan_.edit_of(node);
  LayerIndex& index = layer_.index;
  Entry entry;
  entry.path = path_of(id, node);
  entry.link_target = node.link_target;  // of the image, which outlives the plan
  entry.size_bytes = node.size_bytes;
  entry.mtime_s = edit && edit->mtime_s ? *edit->mtime_s : node.mtime_s;
  entry.mtime_ns = edit && edit->mtime_s ? 0 : node.mtime_ns;
  entry.mode = edit && edit->mode ? *edit->mode : node.mode;
  entry.uid = node.uid;
  entry.gid = node.gid;
  entry.device_major = node.device_major;
  entry.device_minor = node.device_minor;
  entry.type = node.type;
  EntryId bytes_of = kNoBytes;
  if (node.made_by) {
    if (!plan_.strips_owner_names()) entry.owner = owner_of(image_.owner_names(*node.made_by));
    const auto xattrs = image_.xattrs(*node.made_by);
    entry.first_xattr = static_cast<std::uint32_t>(index.xattrs.size());
    entry.xattr_count = static_cast<std::uint16_t>(xattrs.size());
    index.xattrs.insert(index.xattrs.end(), xattrs.begin(), xattrs.end());
    if (edit && edit->head) layer_.heads.emplace(static_cast<std::uint32_t>(index.entries.size()), *edit->head);
    if (node.type == EntryType::file) bytes_of = edit && edit->bytes_of ? *edit->bytes_of : *node.made_by;
  }
  push(entry, bytes_of);
}

void LayerMembers::add_hard_link(NodeId id, NodeId first) {
  add(id);
  Entry& entry = layer_.index.entries.back();
  entry.type = EntryType::hard_link;
  entry.link_target = path_of(first, image_.node(first));
  entry.size_bytes = 0;
  layer_.index.content.back() = {};
  layer_.bytes_of.back() = kNoBytes;
}

void LayerMembers::add_hard_link(std::string_view path, NodeId first) {
  add_hard_link(first, first);
  layer_.index.entries.back().path = layer_.index.names.keep(path);
}

void LayerMembers::add_directory(std::string_view path, std::uint32_t mode) {
  Entry entry;
  entry.path = layer_.index.names.keep(path);
  entry.type = EntryType::directory;
  entry.mode = mode;
  push(entry, kNoBytes);
}

void LayerMembers::add_whiteout(std::string_view path) {
  Entry entry;
  entry.path = layer_.index.names.keep(path);
  entry.type = EntryType::whiteout;
  entry.mode = 0600;
  push(entry, kNoBytes);
}

void LayerMembers::add_opaque(std::string_view path) {
  add_whiteout(path);
  layer_.index.entries.back().type = EntryType::opaque;
}

}  // namespace ocitidy
