// merged_tree.cc - one pass over the entries, in layer order and tar order.
#include "image/merged_tree.h"

#include <cstring>

namespace ocitidy {
namespace {

constexpr EntryId kNobody{UINT32_MAX, UINT32_MAX};

struct Split {
  std::string_view directory, name;
};

Split split(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

/// A path on its way down the tree. Components still to come stand in `rest`, the next one last.
struct MergedTree::Walk {
  std::uint32_t at = kRoot;
  std::uint32_t steps = 0;  // symlinks followed
  std::vector<std::string_view> rest;

  void push(std::string_view path) {
    while (!path.empty()) {
      const std::size_t slash = path.rfind('/');
      const std::string_view part = slash == std::string_view::npos ? path : path.substr(slash + 1);
      path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
      if (!part.empty() && part != ".") rest.push_back(part);
    }
  }
  std::string_view pop() {
    const std::string_view part = rest.back();
    rest.pop_back();
    return part;
  }
};

/// A directory's place: the last part of the way that is there, and what lies below it and is no directory yet.
struct MergedTree::Located {
  std::uint32_t at = kRoot;  // kNone: round in symlinks for ever
  std::vector<std::string_view> wanted;

  bool is_there() const { return at != kNone && wanted.empty(); }
};

/// Keyed by the table's address, which address space randomisation hides: names that all collide cannot be prepared.
std::size_t MergedTree::NameTable::slot(std::uint32_t parent, std::string_view name) const {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio
  std::uint64_t hash = reinterpret_cast<std::uintptr_t>(this) ^ (std::uint64_t{parent} << 32 | name.size());
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 32;
  };
  for (; name.size() >= sizeof(std::uint64_t); name.remove_prefix(sizeof(std::uint64_t))) {
    std::uint64_t word = 0;
    std::memcpy(&word, name.data(), sizeof(word));
    mix(word);
  }
  std::uint64_t tail = 0;
  if (!name.empty()) std::memcpy(&tail, name.data(), name.size());
  mix(tail);
  mix(hash >> 29);
  return static_cast<std::size_t>(hash) & (slots_.size() - 1);
}

std::uint32_t MergedTree::NameTable::find(const std::vector<Name>& names, std::uint32_t parent,
                                          std::string_view name) const {
  for (std::size_t i = slot(parent, name);; i = (i + 1) & (slots_.size() - 1)) {
    const std::uint32_t id = slots_[i];
    if (id == kNone || (names[id].parent == parent && names[id].name == name)) return id;
  }
}

void MergedTree::NameTable::reserve(const std::vector<Name>& names, std::size_t count) {
  std::size_t size = 64;
  while (size < count * 2) size *= 2;
  if (size <= slots_.size()) return;
  slots_.assign(size, kNone);
  used_ = 0;
  for (std::uint32_t id = 1; id < names.size(); ++id) insert(names, id);
}

void MergedTree::NameTable::insert(const std::vector<Name>& names, std::uint32_t id) {
  if (2 * (used_ + 1) > slots_.size()) return reserve(names, slots_.size());
  std::size_t i = slot(names[id].parent, names[id].name);
  while (slots_[i] != kNone) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = id;
  ++used_;
}

MergedTree::MergedTree(std::vector<LayerIndex>& layers, std::uint32_t symlink_steps)
    : layers_(layers), symlink_steps_(symlink_steps) {
  std::size_t count = 1;
  for (const LayerIndex& layer : layers) count += layer.entries.size();
  names_.reserve(count);
  inodes_.reserve(count);
  table_.reserve(names_, count);
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
  } else if (const std::uint32_t target = parent.is_there() ? child(parent.at, name) : kNone; target != kNone) {
    std::vector<std::uint32_t> pending;
    hid = sweep_one(target, id, pending);
    for (const std::uint32_t inner : pending) hid |= sweep(inner, id);
  }
  if (!hid) entry.oddities |= Oddity::dangling_whiteout;
}

void MergedTree::apply_hard_link(EntryId id, Entry& entry, std::uint32_t parent, std::string_view name) {
  const auto [target_directory, target_name] = split(entry.link_target);
  const Located above = locate(target_directory);
  const std::uint32_t target = above.is_there() ? child(above.at, target_name) : kNone;
  const std::uint32_t existing = child(parent, name);
  if (target == kNone || target == existing) {
    entry.oddities |= Oddity::dangling_link;
    return;
  }
  const std::uint32_t inode = names_[target].inode;
  if (inodes_[inode].is_directory) {
    entry.oddities |= Oddity::link_to_directory;
    return;
  }
  if (inodes_[inode].made_by.layer != layer_) entry.oddities |= Oddity::cross_layer_link;
  if (existing != kNone) {
    if (names_[existing].layer == layer_) entry.oddities |= Oddity::duplicate_member;
    remove(existing, id);
    if (names_[target].inode == kNone) {  // the target lay below what the link replaces
      entry.oddities |= Oddity::dangling_link;
      return;
    }
  }
  attach(parent, name, inode, id);
}

void MergedTree::put(EntryId id, Entry& entry, std::uint32_t parent, std::string_view name) {
  const bool is_directory = entry.type == EntryType::directory;
  const std::uint32_t existing = child(parent, name);
  if (existing != kNone && is_directory && inode_of(existing).is_directory) {
    Inode& inode = inodes_[names_[existing].inode];
    if (!inode.implied) {
      if (inode.made_by.layer == layer_) entry.oddities |= Oddity::duplicate_member;
      hide(inode.made_by, id);
    }
    inode.made_by = id;
    inode.implied = false;
    names_[existing].layer = layer_;
    names_[existing].by = id;
    touch(existing);
    return;
  }
  if (existing != kNone) {
    if (names_[existing].layer == layer_ && !inode_of(existing).implied) entry.oddities |= Oddity::duplicate_member;
    remove(existing, id);
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
  std::uint32_t id = table_.find(names_, parent, name);
  if (id == kNone) {
    id = static_cast<std::uint32_t>(names_.size());
    names_.push_back({.name = name, .parent = parent});
    table_.insert(names_, id);
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
  if (const std::uint32_t existing = child(parent, name); existing != kNone) remove(existing, by);
  inodes_.push_back({.made_by = kNobody, .links = 0, .implied = true, .is_directory = true});
  return attach(parent, name, static_cast<std::uint32_t>(inodes_.size() - 1), by);
}

void MergedTree::touch(std::uint32_t id) {
  for (; id != kNone && names_[id].touched != layer_ + 1; id = names_[id].parent) names_[id].touched = layer_ + 1;
}

void MergedTree::hide(EntryId what, EntryId by) { hidden_by_[what.layer][what.index] = by; }

std::optional<EntryId> MergedTree::hidden_by(EntryId id) const {
  const EntryId by = hidden_by_[id.layer][id.index];
  return by == kNobody ? std::nullopt : std::optional(by);
}

std::uint32_t MergedTree::child(std::uint32_t parent, std::string_view name) const {
  const std::uint32_t id = table_.find(names_, parent, name);
  return id == kNone || names_[id].inode == kNone ? kNone : id;
}

/// Takes one component. False when `part` is not there, or too many symlinks were followed.
bool MergedTree::step(Walk& walk, std::string_view part) const {
  if (part == "..") {
    if (walk.at != kRoot) walk.at = names_[walk.at].parent;
    return true;
  }
  const std::uint32_t next = child(walk.at, part);
  if (next == kNone) return false;
  const Inode& inode = inode_of(next);
  if (inode.is_directory || entry(inode.made_by).type != EntryType::symlink) {
    walk.at = next;
    return true;
  }
  if (++walk.steps > symlink_steps_) return false;
  const std::string_view target = entry(inode.made_by).link_target;
  if (target.starts_with('/')) walk.at = kRoot;
  walk.push(target);
  return true;
}

std::optional<std::uint32_t> MergedTree::find(std::string_view path, Last last) const {
  Walk walk;
  walk.push(path);
  while (!walk.rest.empty()) {
    if (!inode_of(walk.at).is_directory) return std::nullopt;
    const std::string_view part = walk.pop();
    if (walk.rest.empty() && last == Last::keep && part != "..") {
      const std::uint32_t found = child(walk.at, part);
      return found == kNone ? std::nullopt : std::optional(found);
    }
    if (!step(walk, part)) return std::nullopt;
  }
  return walk.at;
}

/// Where engines take `directory` to be. They clean what is not there as text, so "gone/.." is where it began; a
/// process would get an error there, see find().
MergedTree::Located MergedTree::locate(std::string_view directory) const {
  Located located;
  Walk walk;
  walk.push(directory);
  while (!walk.rest.empty()) {
    const std::string_view part = walk.pop();
    if (!located.wanted.empty()) {
      part == ".." ? located.wanted.pop_back() : located.wanted.push_back(part);
    } else if (!step(walk, part)) {
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
    if (child(located.at, name) != kNone) entry.oddities |= Oddity::parent_not_directory;
    located.at = imply_directory(located.at, name, id);
  }
  last_directory_ = directory;
  last_parent_ = located.at;
  return located.at;
}

}  // namespace ocitidy
