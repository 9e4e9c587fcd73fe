// merged_tree.cc - one pass over the entries, in layer order and tar order.
#include "image/merged_tree.h"

namespace ocitidy {
namespace {

struct Split {
  std::string_view directory, name;
};

Split split(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

/// A directory's place: the last part of the way that is there, and what lies below it and is no directory yet.
struct MergedTree::Located {
  std::uint32_t at = kRoot;  // kNone: round in symlinks for ever
  std::vector<std::string_view> wanted;

  bool is_there() const { return at != kNone && wanted.empty(); }
};

MergedTree::MergedTree(std::vector<LayerIndex>& layers, std::uint32_t symlink_steps)
    : layers_(layers), symlink_steps_(symlink_steps) {
  std::size_t count = 1;
  for (const LayerIndex& layer : layers) count += layer.entries.size();
  names_.reserve(count);
  inodes_.reserve(count);
  table_.reserve(count);
  names_.emplace_back();
  names_[kRoot].inode = 0;
  inodes_.push_back({.made_by = kNobody, .links = 1, .implied = true, .is_directory = true});
  for (const LayerIndex& layer : layers) hidden_by_.emplace_back(layer.entries.size(), kNobody);
  for (layer_ = 0; layer_ < layers.size(); ++layer_) {
    std::uint32_t index = 0;
    for (Entry& member : layers[layer_].entries) apply({layer_, index++}, member);
  }
}

void MergedTree::apply(EntryId id, Entry& entry) {
  const Oddity not_in_tree =
      Oddity::aufs_metadata | Oddity::bad_whiteout_name | Oddity::below_whiteout | Oddity::root_not_directory;
  if (has(entry.oddities, not_in_tree) || entry.type == EntryType::other) return hide(id, id);
  if (entry.type == EntryType::whiteout || entry.type == EntryType::opaque) return apply_hidden(id, entry);
  if (entry.path.empty()) {  // the root, a directory: its metadata, nothing else
    Inode& root = inodes_[names_[kRoot].inode];
    if (!root.implied) {
      if (root.made_by.layer == layer_) entry.oddities |= Oddity::duplicate_member;
      hide(root.made_by, id);
    }
    root.made_by = id;
    root.implied = false;
    names_[kRoot].by = id;
    return;
  }
  const auto [directory, name] = split(entry.path);
  const auto parent = parent_for(id, entry, directory);
  if (!parent) return hide(id, id);
  if (*parent != kRoot && inode_of(*parent).implied) entry.oddities |= Oddity::missing_parent;
  if (entry.type == EntryType::hard_link) return apply_hard_link(id, entry, *parent, name);
  put(id, entry, *parent, name);
}

void MergedTree::apply_hidden(EntryId id, Entry& entry) {
  const bool opaque = entry.type == EntryType::opaque;
  const auto [directory, name] = split(entry.path);
  const Located parent = locate(opaque ? entry.path : directory);
  bool hid = false;
  if (opaque) {
    hid = parent.is_there() && sweep(parent.at, id);
  } else if (const auto target = parent.is_there() ? child(parent.at, name) : std::nullopt) {
    std::vector<std::uint32_t> pending;
    hid = sweep_one(*target, id, pending);
    for (const std::uint32_t inner : pending) hid |= sweep(inner, id);
  }
  if (!hid) entry.oddities |= Oddity::dangling_whiteout;
}

void MergedTree::apply_hard_link(EntryId id, Entry& entry, std::uint32_t parent, std::string_view name) {
  const auto [target_directory, target_name] = split(entry.link_target);
  const Located above = locate(target_directory);
  const auto target = above.is_there() ? child(above.at, target_name) : std::nullopt;
  const auto existing = child(parent, name);
  if (!target || target == existing) {
    entry.oddities |= Oddity::dangling_link;
    return;
  }
  const std::uint32_t inode = names_[*target].inode;
  if (inodes_[inode].is_directory) {
    entry.oddities |= Oddity::link_to_directory;
    return;
  }
  if (inodes_[inode].made_by.layer != layer_) entry.oddities |= Oddity::cross_layer_link;
  if (existing) {
    if (names_[*existing].layer == layer_) entry.oddities |= Oddity::duplicate_member;
    remove(*existing, id);
    if (names_[*target].inode == kNone) {  // the target lay below what the link replaces
      entry.oddities |= Oddity::dangling_link;
      return;
    }
  }
  attach(parent, name, inode, id);
}

void MergedTree::put(EntryId id, Entry& entry, std::uint32_t parent, std::string_view name) {
  const bool is_directory = entry.type == EntryType::directory;
  const auto existing = child(parent, name);
  if (existing && is_directory && inode_of(*existing).is_directory) {
    Inode& inode = inodes_[names_[*existing].inode];
    if (!inode.implied) {
      if (inode.made_by.layer == layer_) entry.oddities |= Oddity::duplicate_member;
      hide(inode.made_by, id);
    }
    inode.made_by = id;
    inode.implied = false;
    names_[*existing].layer = layer_;
    names_[*existing].by = id;
    touch(*existing);
    return;
  }
  if (existing) {
    if (names_[*existing].layer == layer_ && !inode_of(*existing).implied) entry.oddities |= Oddity::duplicate_member;
    remove(*existing, id);
  }
  inodes_.push_back({.made_by = id, .links = 0, .implied = false, .is_directory = is_directory});
  attach(parent, name, static_cast<std::uint32_t>(inodes_.size() - 1), id);
}

/// Clears what lower layers left below `directory`. Returns whether anything went.
bool MergedTree::sweep(std::uint32_t directory, EntryId by) {
  bool hid = false;
  std::vector<std::uint32_t> pending{directory};
  while (!pending.empty()) {
    const std::uint32_t at = pending.back();
    pending.pop_back();
    Name& name = names_[at];
    const bool nothing_older = at != kRoot && name.fresh == layer_;
    if (nothing_older || name.swept == layer_ + 1 || !inode_of(at).is_directory) continue;
    name.swept = layer_ + 1;
    for (std::uint32_t next = kNone, id = name.first_child; id != kNone; id = next) {
      next = names_[id].next;
      hid |= sweep_one(id, by, pending);
    }
  }
  return hid;
}

/// Removes `child` if it is a lower layer's, or keeps it for what this layer has put there and files it in `pending`.
bool MergedTree::sweep_one(std::uint32_t child, EntryId by, std::vector<std::uint32_t>& pending) {
  Name& name = names_[child];
  if (name.touched != layer_ + 1) {
    remove(child, by);
    return true;
  }
  pending.push_back(child);
  if (name.layer == layer_) return false;
  Inode& inode = inodes_[name.inode];  // a lower directory in which this layer has put something: now implied by that
  if (!inode.implied) hide(inode.made_by, by);
  inode.implied = true;
  inode.made_by = kNobody;
  name.layer = layer_;
  return true;
}

void MergedTree::remove(std::uint32_t top, EntryId by) {
  std::vector<std::uint32_t> pending{top};
  while (!pending.empty()) {
    const std::uint32_t at = pending.back();
    pending.pop_back();
    for (std::uint32_t id = names_[at].first_child; id != kNone; id = names_[id].next) pending.push_back(id);
    detach(at, by);
  }
}

void MergedTree::detach(std::uint32_t id, EntryId by) {
  Name& name = names_[id];
  Inode& inode = inodes_[name.inode];
  const bool on_some_path = inode.is_directory || (!inode.implied && entry(inode.made_by).type == EntryType::symlink);
  if (on_some_path) last_directory_ = {}, last_parent_ = kRoot;
  if (--inode.links == 0 && !inode.implied) hide(inode.made_by, by);
  if (name.previous != kNone) names_[name.previous].next = name.next;
  if (name.next != kNone) names_[name.next].previous = name.previous;
  if (names_[name.parent].first_child == id) names_[name.parent].first_child = name.next;
  name.inode = kNone;
  --visible_;
}

std::uint32_t MergedTree::attach(std::uint32_t parent, std::string_view name, std::uint32_t inode, EntryId by) {
  std::uint32_t id = find_name(parent, name);
  if (id == kNone) {
    id = static_cast<std::uint32_t>(names_.size());
    names_.push_back({.name = name, .parent = parent});
    table_.insert(id, [this](std::uint32_t other) { return std::pair(names_[other].parent, names_[other].name); });
  }
  Name& made = names_[id];
  made.inode = inode;
  made.by = by;
  made.layer = made.fresh = layer_;
  made.first_child = made.previous = kNone;
  made.next = names_[parent].first_child;
  if (made.next != kNone) names_[made.next].previous = id;
  names_[parent].first_child = id;
  ++inodes_[inode].links;
  ++visible_;
  touch(id);
  return id;
}

/// A directory that no entry makes, in place of nothing or of something that is none.
std::uint32_t MergedTree::imply_directory(std::uint32_t parent, std::string_view name, EntryId by) {
  if (const auto existing = child(parent, name)) remove(*existing, by);
  inodes_.push_back({.made_by = kNobody, .links = 0, .implied = true, .is_directory = true});
  return attach(parent, name, static_cast<std::uint32_t>(inodes_.size() - 1), by);
}

void MergedTree::touch(std::uint32_t id) {
  for (; id != kNone && names_[id].touched != layer_ + 1; id = names_[id].parent) names_[id].touched = layer_ + 1;
}

void MergedTree::hide(EntryId what, EntryId by) { hidden_by_[what.layer][what.index] = by; }

/// An id that the name has, or had before it was removed.
std::uint32_t MergedTree::find_name(std::uint32_t parent, std::string_view name) const {
  return table_.find(parent, name,
                     [&](std::uint32_t other) { return names_[other].parent == parent && names_[other].name == name; });
}

std::optional<std::uint32_t> MergedTree::child(std::uint32_t parent, std::string_view name) const {
  const std::uint32_t id = find_name(parent, name);
  return id == kNone || names_[id].inode == kNone ? std::nullopt : std::optional(id);
}

std::optional<std::string_view> MergedTree::symlink_target(std::uint32_t id) const {
  const Inode& inode = inode_of(id);
  if (inode.is_directory || entry(inode.made_by).type != EntryType::symlink) return std::nullopt;
  return entry(inode.made_by).link_target;
}

/// Where engines take `directory` to be. They clean what is not there as text, so "gone/.." is where it began; a
/// process would get an error there, see find().
MergedTree::Located MergedTree::locate(std::string_view directory) const {
  Located located;
  TreeWalk walk;
  walk.push(directory);
  while (!walk.rest.empty()) {
    const std::string_view part = walk.pop();
    if (!located.wanted.empty()) {
      part == ".." ? located.wanted.pop_back() : located.wanted.push_back(part);
    } else if (!walk.step(*this, part, symlink_steps_)) {
      if (walk.steps > symlink_steps_) return {.at = kNone, .wanted = {}};
      located.wanted.push_back(part);
    } else if (!inode_of(walk.at).is_directory) {
      located.wanted.push_back(names_[walk.at].name);
      walk.at = names_[walk.at].parent;
    }
  }
  located.at = walk.at;
  return located;
}

/// The directory a member goes into, made where it is not there. None when its path leads round in symlinks for ever.
std::optional<std::uint32_t> MergedTree::parent_for(EntryId id, Entry& entry, std::string_view directory) {
  if (directory.empty()) return kRoot;
  if (directory == last_directory_ && last_parent_ != kRoot) return last_parent_;
  Located located = locate(directory);
  if (located.at == kNone) {
    entry.oddities |= Oddity::too_many_symlinks;
    return std::nullopt;
  }
  for (const std::string_view name : located.wanted) {
    if (child(located.at, name)) entry.oddities |= Oddity::parent_not_directory;
    located.at = imply_directory(located.at, name, id);
  }
  last_directory_ = directory;
  last_parent_ = located.at;
  return located.at;
}

}  // namespace ocitidy
