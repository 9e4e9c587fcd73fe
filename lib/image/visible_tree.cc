// visible_tree.cc - see visible_tree.h.
#include "image/visible_tree.h"

#include <algorithm>
#include <utility>

#include "image/tree_walk.h"

namespace ocitidy {
namespace {

constexpr std::uint32_t kGone = NameTable::kNone - 1;  // the new id of a name that cannot be seen

}  // namespace

VisibleTree::VisibleTree(MergedTree&& merged)
    : layers_(merged.layers_),
      symlink_steps_(merged.symlink_steps_),
      table_(std::move(merged.table_)),
      hidden_by_(std::move(merged.hidden_by_)) {
  std::vector<std::uint32_t> new_ids(merged.names_.size(), kGone);
  add_names(merged, new_ids);
  merged.names_ = {};
  table_.renumber([&](std::uint32_t id) { return new_ids[id]; });
  new_ids = {};
  add_inodes(merged);
}

/// Notes for each of the merge's ids that of the same name here.
void VisibleTree::add_names(const MergedTree& merged, std::vector<std::uint32_t>& new_ids) {
  struct Child {
    std::string_view name;
    std::uint32_t id;
  };
  const auto last_first = [](const Child& a, const Child& b) { return a.name > b.name; };
  names_.reserve(merged.visible_);
  std::vector<Child> stack{{{}, MergedTree::kRoot}};  // next to take last; deep trees need no deep recursion
  while (!stack.empty()) {
    const std::uint32_t id = stack.back().id;
    stack.pop_back();
    const MergedTree::Name& name = merged.names_[id];
    const auto place = static_cast<std::uint32_t>(names_.size());
    new_ids[id] = place;
    names_.push_back({.bytes = name.name.data(),
                      .bytes_count = static_cast<std::uint32_t>(name.name.size()),
                      .parent = id == MergedTree::kRoot ? kRoot : new_ids[name.parent],
                      .end = place + 1,
                      .inode = name.inode,
                      .by = id == MergedTree::kRoot ? name.by : EntryId{name.layer, name.by.index},
                      .table_key = id});
    const auto from = static_cast<std::ptrdiff_t>(stack.size());
    for (std::uint32_t child = name.first_child; child != MergedTree::kNone; child = merged.names_[child].next)
      stack.push_back({merged.names_[child].name, child});
    // Layers are mostly in order already, and the newest child stands first.
    if (!std::is_sorted(stack.begin() + from, stack.end(), last_first))
      std::sort(stack.begin() + from, stack.end(), last_first);
  }
  for (auto id = static_cast<std::uint32_t>(names_.size() - 1); id > kRoot; --id)
    names_[names_[id].parent].end = std::max(names_[names_[id].parent].end, names_[id].end);
}

/// Inodes too stand in the order of the walk, and those that lost all their names are left out.
void VisibleTree::add_inodes(const MergedTree& merged) {
  std::vector<std::uint32_t> new_numbers(merged.inodes_.size(), kGone);
  inodes_.reserve(names_.size());
  for (Name& name : names_) {
    std::uint32_t& number = new_numbers[name.inode];
    if (number == kGone) {
      number = static_cast<std::uint32_t>(inodes_.size());
      const MergedTree::Inode& inode = merged.inodes_[name.inode];
      inodes_.push_back({.made_by = inode.made_by,
                         .links = inode.links,
                         .type = inode.implied ? EntryType::directory : merged.entry(inode.made_by).type,
                         .implied = inode.implied});
    }
    name.inode = number;
    name.type = inodes_[number].type;
  }
}

std::optional<EntryId> VisibleTree::hidden_by(EntryId id) const {
  const EntryId by = hidden_by_[id.layer][id.index];
  return by == MergedTree::kNobody ? std::nullopt : std::optional(by);
}

std::optional<std::uint32_t> VisibleTree::child(std::uint32_t parent, std::string_view name) const {
  const std::uint32_t id = table_.find(names_[parent].table_key, name, [&](std::uint32_t other) {
    return other != kGone && names_[other].parent == parent && this->name(other) == name;
  });
  return id == NameTable::kNone ? std::nullopt : std::optional(id);
}

std::optional<std::string_view> VisibleTree::symlink_target(std::uint32_t id) const {
  if (type(id) != EntryType::symlink) return std::nullopt;
  const EntryId by = inode_of(id).made_by;
  return layers_[by.layer].entries[by.index].link_target;
}

std::optional<std::uint32_t> VisibleTree::find(std::string_view path, Last last) const {
  TreeWalk walk;
  walk.push(path);
  while (!walk.rest.empty()) {
    if (type(walk.at) != EntryType::directory) return std::nullopt;
    const std::string_view part = walk.pop();
    if (walk.rest.empty() && last == Last::keep && part != "..") return child(walk.at, part);
    if (!walk.step(*this, part, symlink_steps_)) return std::nullopt;
  }
  return walk.at;
}

}  // namespace ocitidy
