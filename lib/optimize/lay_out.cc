// lay_out.cc - see lay_out.h.
#include "optimize/lay_out.h"

#include <algorithm>
#include <set>
#include <span>
#include <unordered_set>

#include "base/text.h"
#include "image/model_impl.h"
#include "optimize/layer_members.h"
#include "optimize/prove.h"
#include "optimize/tree_diff.h"

namespace ocitidy {
namespace {

/// More rounds than this are not needed: each makes one more layer rewritten, or is the last.
constexpr int kMostRounds = 1100;  // limits.layers, and some

std::uint32_t raw(NodeId id) { return static_cast<std::uint32_t>(id); }

/// All names of one inode that stay, in the order in which they are written: the first is the file.
struct Item {
  EntryId order;                         ///< whose place in the input this takes
  std::span<const NodeId> names;         ///< in LayOut
  std::uint32_t rank = 0;                ///< in the plan's arrangement, which comes before that place
  std::span<const std::string> added{};  ///< further names, which the input has not; in LayOut
};

/// An inode that is more than one path of one layer.
struct Shared {
  EntryId order;
  std::vector<NodeId> names;  ///< in the order in which they are written
};

/// What one rewritten layer is made of.
struct Contents {
  std::unordered_set<std::uint32_t> directories;  // nodes
  std::unordered_set<std::uint32_t> repeated;     // of these, which a lower layer declares for all
  std::vector<Item> items;
  std::set<std::string> whiteouts, opaques;  // paths; of copied layers, too
  std::set<std::string> added;               // directories that are not in the input
};

/// A planned layer for a model, which marks its entries. All else stays where it is.
LayerIndex lent_index(const LayerIndex& planned) {
  LayerIndex index;
  index.lender = &planned;
  index.entries = planned.entries;
  return index;
}

class LayOut {
 public:
  LayOut(const ImageModel& image, Plan& plan) : image_(image), plan_(plan) {}
  Result<void> run();

 private:
  void survey();
  bool is_alone(const Node& node) const;
  std::uint32_t rank_in_plan(NodeId id) const { return plan_.arrangement() ? plan_.arrangement()->rank_of(id) : 0; }
  std::size_t home_of(NodeId id, std::uint32_t layer) const;
  EntryId bytes_of(const Node& node) const;
  bool close_over_links();
  void settle_fates();
  void assign();
  void assign_item(Item item);
  void need_directory(NodeId directory, std::size_t planned);
  void need_parents(NodeId node, std::size_t planned);
  void read_declared_directories(std::size_t planned);
  void find_repeated_directories();
  bool is_hidden_between(std::size_t lower, std::size_t upper, NodeId id) const;
  void assign_added();
  void collect_deletions();
  void fill(std::size_t planned);
  ImageModel model() const;
  bool prune(const ImageModel& planned);
  bool add_leaks(const ImageModel& planned);
  bool make_above(NodeId id);
  bool make_implied(NodeId id);
  bool hide_leak(const ImageModel& planned, NodeId leak, std::string_view path);
  bool wake_dead_whiteouts(const ImageModel& planned);
  bool adopt_orphans(const ImageModel& planned);
  bool adopt(const ImageModel& planned, EntryId orphan);
  bool adopt_below(EntryId orphan);
  bool rewrite_all();
  bool is_fresh(std::size_t planned) const { return plan_.layers()[planned].fate == OutputLayer::Fate::rewritten; }

  const ImageModel& image_;
  Plan& plan_;
  std::vector<NodeId> walk_;                          // every node, in walk order, which is that of their numbers
  std::unordered_map<std::uint32_t, Shared> shared_;  // by inode: with several names, or named from elsewhere
  std::unordered_map<std::uint32_t, std::vector<std::string>> added_links_;  // by inode
  std::vector<std::size_t> planned_of_;                                      // by layer of the input
  std::vector<Contents> contents_;                                           // by planned layer
  std::vector<std::unordered_set<std::uint32_t>> declared_;  // by planned layer: directories its sources have
  std::vector<std::unordered_set<std::uint32_t>> adopted_;   // by planned layer: directories that members would miss
};

/// Is the node the only name of its inode, and given by the inode's own entry?
bool LayOut::is_alone(const Node& node) const {
  return node.link_count == 1 && node.named_by == node.made_by && plan_.inode_of(node) == node.inode;
}

/// The planned layer of what `layer` of the input has at the node.
std::size_t LayOut::home_of(NodeId id, std::uint32_t layer) const {
  const std::size_t planned = planned_of_[layer];
  const Arrangement* const arrangement = plan_.arrangement();
  const bool arranged = arrangement && layer >= plan_.base_layers();
  return arranged ? planned + arrangement->layer_of(arrangement->rank_of(id)) : planned;
}

EntryId LayOut::bytes_of(const Node& node) const {
  const InodeEdit* const edit = plan_.edit_of(node);
  return edit && edit->bytes_of ? *edit->bytes_of : *node.made_by;
}

/// Finds the inodes that are more than one path of one layer.
void LayOut::survey() {
  walk_.resize(image_.node_count());
  for (std::uint32_t i = 0; i < walk_.size(); ++i) walk_[i] = NodeId{i};
  for (const NodeId id : walk_) {
    const Node node = image_.node(id);
    if (node.type == EntryType::directory || plan_.is_removed(id)) continue;
    if (!is_alone(node)) shared_[plan_.inode_of(node)].names.push_back(id);
  }
  for (const auto& [path, link] : plan_.added_links()) {
    added_links_[plan_.inode_of(image_.node(link.target))].push_back(path);
  }
  for (const NodeId id : walk_) {  // a file that others become links to may itself have looked alone
    const Node node = image_.node(id);
    if (node.type == EntryType::directory || plan_.is_removed(id) || !is_alone(node)) continue;
    if (const auto it = shared_.find(node.inode); it != shared_.end()) it->second.names.push_back(id);
  }
  for (auto& [inode, item] : shared_) {
    const auto comes_first = [&](NodeId a, NodeId b) {
      const Node x = image_.node(a), y = image_.node(b);
      const auto key = [&](const Node& node, NodeId id) {
        return std::tuple(node.inode != inode, node.named_by != node.made_by, *node.named_by, id);
      };
      return key(x, a) < key(y, b);
    };
    std::ranges::sort(item.names, comes_first);
    item.order = bytes_of(image_.node(item.names.front()));
  }
}

/// Names of one inode live and move together: if one of their layers is rewritten, all are.
bool LayOut::close_over_links() {
  bool again = false;
  for (const auto& [inode, item] : shared_) {
    std::set<std::uint32_t> layers{item.order.layer};
    for (const NodeId id : item.names) layers.insert(image_.node(id).layer);
    const auto count = std::ranges::count_if(layers, [&](std::uint32_t l) { return plan_.is_rewritten(l); });
    if (count == 0) continue;
    for (const std::uint32_t layer : layers) {
      const bool before = plan_.is_rewritten(layer);
      plan_.rewrite(layer);
      again |= plan_.is_rewritten(layer) != before;
    }
  }
  return again;
}

void LayOut::settle_fates() {
  while (close_over_links()) {
  }
  planned_of_.assign(image_.layers().size(), 0);
  for (std::size_t p = 0; p < plan_.layers().size(); ++p) {
    PlannedLayer& layer = plan_.layers()[p];
    for (std::uint32_t i = layer.first_source; i <= layer.last_source; ++i) {
      if (layer.part == 0) planned_of_[i] = p;
      if (plan_.is_rewritten(i)) layer.fate = OutputLayer::Fate::rewritten;
    }
  }
}

void LayOut::assign() {
  contents_.assign(plan_.layers().size(), {});
  declared_.assign(plan_.layers().size(), {});
  adopted_.resize(plan_.layers().size());
  collect_deletions();
  std::unordered_set<std::uint32_t> parents;  // nodes with something below them that stays
  for (std::size_t p = 0; p < plan_.layers().size(); ++p) {
    read_declared_directories(p);
    for (const std::uint32_t id : adopted_[p]) need_directory(NodeId{id}, p);
  }
  for (const NodeId id : walk_) {
    if (const auto above = image_.parent(id); above && !plan_.is_removed(id)) parents.insert(raw(*above));
  }
  for (const NodeId& id : walk_) {
    const Node node = image_.node(id);
    if (plan_.is_removed(id)) continue;
    if (node.type != EntryType::directory) {
      if (!shared_.contains(plan_.inode_of(node))) assign_item({.order = bytes_of(node), .names = {&id, 1}});
    } else if (node.made_by) {
      need_directory(id, home_of(id, node.made_by->layer));
    } else if (id != NodeId::root && !parents.contains(raw(id))) {
      need_directory(id, home_of(id, node.layer));  // implied by members that go
    }
  }
  for (const auto& [inode, item] : shared_) assign_item({.order = item.order, .names = item.names});
  for (Contents& contents : contents_) {
    std::ranges::sort(contents.items, {}, [](const Item& item) { return std::pair(item.rank, item.order); });
  }
  assign_added();
}

/// The highest layer that had one of the names writes them all: no layer above it touches any of them. A file that goes
/// back to a lower layer is the exception, and the pass that sends it there has looked at what lies between.
void LayOut::assign_item(Item item) {
  std::uint32_t home = 0;
  for (const NodeId id : item.names) home = std::max(home, image_.node(id).layer);
  const Node node = image_.node(item.names.front());
  const InodeEdit* const edit = plan_.edit_of(node);
  if (edit && edit->bytes_of) home = edit->bytes_of->layer;
  const NodeId first = *std::ranges::min_element(item.names, {}, [&](NodeId id) { return rank_in_plan(id); });
  item.rank = rank_in_plan(first);
  const std::size_t planned = home_of(first, home);
  if (!is_fresh(planned)) return;
  for (const NodeId id : item.names) need_parents(id, planned);
  const auto links = added_links_.find(plan_.inode_of(node));
  if (links != added_links_.end()) item.added = links->second;
  for (const std::string& path : item.added) {
    const auto above = image_.find(parent_path(path));
    if (above && declared_[planned].contains(raw(*above))) need_directory(*above, planned);
  }
  contents_[planned].items.push_back(std::move(item));
}

void LayOut::need_directory(NodeId directory, std::size_t planned) {
  if (!is_fresh(planned)) return;
  contents_[planned].directories.insert(raw(directory));
  need_parents(directory, planned);
}

/// A rewritten layer declares the directories above its members that its sources declared: some engines make those that
/// a layer leaves out with modes of their own, whatever lower layers say.
void LayOut::need_parents(NodeId node, std::size_t planned) {
  for (auto above = image_.parent(node); above; above = image_.parent(*above)) {
    if (declared_[planned].contains(raw(*above))) contents_[planned].directories.insert(raw(*above));
  }
}

void LayOut::read_declared_directories(std::size_t planned) {
  const PlannedLayer& layer = plan_.layers()[planned];
  if (!is_fresh(planned)) return;
  for (std::uint32_t l = layer.first_source; l <= layer.last_source; ++l) {
    for (const Entry& entry : image_.layers()[l].entries) {
      if (entry.type != EntryType::directory) continue;
      const auto node = image_.find(entry.path);
      if (node && image_.node(*node).type == EntryType::directory) declared_[planned].insert(raw(*node));
    }
  }
}

/// A directory that a lower layer already declares as it is in the end need not be declared again for its own sake.
void LayOut::find_repeated_directories() {
  std::unordered_map<std::uint32_t, std::size_t> settled;  // in which layer
  for (std::size_t p = 0; p < contents_.size(); ++p) {
    if (!is_fresh(p)) {
      if (plan_.layers()[p].last_source < plan_.base_layers()) continue;
      for (std::uint32_t l = plan_.layers()[p].first_source; l <= plan_.layers()[p].last_source; ++l) {
        for (const Entry& entry : image_.layers()[l].entries) {
          if (entry.type != EntryType::directory) continue;
          if (const auto node = image_.find(entry.path)) settled.erase(raw(*node));
        }
      }
      continue;
    }
    std::unordered_set<std::uint32_t> needed;
    const auto need = [&](std::optional<NodeId> above) {
      while (above && needed.insert(raw(*above)).second) above = image_.parent(*above);
    };
    for (const std::string& path : contents_[p].whiteouts) need(image_.find(parent_path(path)));
    for (const std::string& path : contents_[p].opaques) need(image_.find(path));
    for (const Item& item : contents_[p].items) {
      for (const NodeId id : item.names) need(image_.parent(id));
      for (const std::string& path : item.added) need(image_.find(parent_path(path)));
    }
    contents_[p].repeated.clear();
    for (const std::uint32_t id : contents_[p].directories) {
      const auto lower = settled.find(id);
      const bool wanted = needed.contains(id) || adopted_[p].contains(id);
      const bool again = !wanted && lower != settled.end() && !is_hidden_between(lower->second, p, NodeId{id});
      if (again) contents_[p].repeated.insert(id);
    }
    for (const std::uint32_t id : contents_[p].directories) {
      if (!contents_[p].repeated.contains(id)) settled[id] = p;
    }
  }
}

/// Does a layer above `lower`, up to `upper`, hide what `lower` has at the node's path?
bool LayOut::is_hidden_between(std::size_t lower, std::size_t upper, NodeId id) const {
  for (auto at = std::optional(id); at; at = image_.parent(*at)) {
    const std::string path = image_.path(*at);
    for (std::size_t p = lower + 1; p <= upper; ++p) {
      if (contents_[p].whiteouts.contains(path) || contents_[p].opaques.contains(path)) return true;
    }
  }
  return false;
}

/// Directories that are not in the input go into the highest layer that is written anew.
void LayOut::assign_added() {
  if (plan_.added_directories().empty()) return;
  std::size_t p = contents_.size();
  while (p > 0 && !is_fresh(p - 1)) --p;
  if (p == 0) return;
  for (const auto& [path, directory] : plan_.added_directories()) contents_[p - 1].added.insert(path);
}

void LayOut::collect_deletions() {
  for (std::uint32_t l = 0; l < image_.layers().size(); ++l) {
    for (const Entry& entry : image_.layers()[l].entries) {
      const bool opaque = entry.type == EntryType::opaque;
      if ((!opaque && entry.type != EntryType::whiteout) || has(entry.oddities, Oddity::dangling_whiteout)) continue;
      Contents& contents = contents_[planned_of_[l]];
      (opaque ? contents.opaques : contents.whiteouts).insert(std::string(entry.path));
    }
  }
}

/// Where the same layer writes a path that it whites out: a directory is made opaque instead, anything else hides what
/// is below it without a whiteout.
void LayOut::fill(std::size_t p) {
  PlannedLayer& layer = plan_.layers()[p];
  layer.index = {};
  layer.bytes_of.clear();
  layer.heads.clear();
  LayerMembers members(image_, plan_, layer);
  const Contents& contents = contents_[p];
  std::set<std::string> written, opaques = contents.opaques;  // written: of the whiteouts' paths
  const auto note_written = [&](const std::string& path) {
    if (contents.whiteouts.contains(path) || opaques.contains(path)) written.insert(path);
  };
  std::size_t count = contents.whiteouts.size() + 2 * contents.directories.size() + contents.added.size();
  for (const Item& item : contents.items) {
    count += item.names.size() + item.added.size();
    if (contents.whiteouts.empty() && opaques.empty()) continue;
    for (const NodeId id : item.names) note_written(image_.path(id));
    for (const std::string& path : item.added) note_written(path);
  }
  members.reserve(count);
  std::map<std::uint32_t, std::string> directories;  // by node: in walk order
  for (const std::uint32_t id : contents.directories) {
    if (!contents.repeated.contains(id)) directories.emplace(id, image_.path(NodeId{id}));
  }
  for (const auto& [id, path] : directories) {
    if (contents.whiteouts.contains(path)) opaques.insert(path);
    note_written(path);
  }
  for (const std::string& path : contents.whiteouts) {
    if (!written.contains(path)) members.add_whiteout(path);
  }
  for (const std::string& path : opaques) {
    if (!written.contains(path)) members.add_opaque(path);
  }
  for (const auto& [id, path] : directories) {
    members.add(NodeId{id});
    if (opaques.contains(path)) members.add_opaque(path);
  }
  for (const std::string& path : contents.added) {
    members.add_directory(path, plan_.added_directories().at(path).mode);
  }
  for (const Item& item : contents.items) {
    members.add(item.names.front());
    for (std::size_t i = 1; i < item.names.size(); ++i) members.add_hard_link(item.names[i], item.names.front());
    for (const std::string& path : item.added) members.add_hard_link(path, item.names.front());
  }
}

ImageModel LayOut::model() const {
  std::vector<LayerIndex> indexes;
  std::vector<Layer> layers(plan_.layers().size());
  for (std::size_t p = 0; p < plan_.layers().size(); ++p) {
    indexes.push_back(is_fresh(p) ? lent_index(plan_.layers()[p].index)
                                  : lent_index(image_, plan_.layers()[p].first_source));
  }
  return make_model(image_.source(), {}, std::move(indexes), std::move(layers), plan_.options().limits.symlink_steps);
}

/// Takes out whiteouts that hide nothing.
bool LayOut::prune(const ImageModel& planned) {
  bool changed = false;
  for (std::size_t p = 0; p < contents_.size(); ++p) {
    if (!is_fresh(p)) continue;
    for (const Entry& entry : planned.layers()[p].entries) {
      if (!has(entry.oddities, Oddity::dangling_whiteout)) continue;
      const std::string path(entry.path);
      changed |= contents_[p].opaques.erase(path) + contents_[p].whiteouts.erase(path) > 0;
    }
  }
  return changed;
}

/// Hides what copied layers show and the tree must not. The topmost path of each leak is enough.
bool LayOut::add_leaks(const ImageModel& planned) {
  bool changed = false;
  compare_trees(image_, planned, [&](const PathPair& pair) {
    if (pair.before && !pair.after && !plan_.is_removed(*pair.before)) changed |= make_above(*pair.before);
    if (pair.before && pair.differs != Field::none) changed |= make_implied(*pair.before);
    if (!pair.after || (pair.before && !plan_.is_removed(*pair.before))) return;
    const std::string path(pair.path);
    if (plan_.added_directories().contains(path) || plan_.added_links().contains(path)) return;
    const auto above = planned.parent(*pair.after);
    const auto there = image_.find(planned.path(*above));
    if (there && !plan_.is_removed(*there)) changed |= hide_leak(planned, *pair.after, pair.path);
  });
  return changed;
}

/// A member that went astray: something that a copied layer shows again, and that was once hidden, is in its way.
bool LayOut::make_above(NodeId id) {
  const std::size_t p = home_of(id, image_.node(id).layer);
  bool changed = false;
  if (!is_fresh(p)) return false;
  for (auto above = image_.parent(id); above && *above != NodeId::root; above = image_.parent(*above)) {
    contents_[p].directories.insert(raw(*above));
    changed |= adopted_[p].insert(raw(*above)).second;
  }
  return changed;
}

/// Where members only imply a directory, a copied layer may show again what was once hidden there: it needs an entry.
bool LayOut::make_implied(NodeId id) {
  const Node node = image_.node(id);
  const std::size_t p = home_of(id, node.layer);
  if (node.type != EntryType::directory || node.made_by || !is_fresh(p)) return false;
  need_directory(id, p);
  return adopted_[p].insert(raw(id)).second;
}

bool LayOut::hide_leak(const ImageModel& planned, NodeId leak, std::string_view path) {
  const Node node = planned.node(leak);
  const auto can_hide = [&](std::size_t p) { return p > node.layer && is_fresh(p); };
  std::size_t chosen = contents_.size();
  if (node.named_by && !is_fresh(node.layer)) {
    EntryId at{plan_.layers()[node.layer].first_source, node.named_by->index};
    for (auto by = image_.hidden_by(at); by && *by != at; at = *by, by = image_.hidden_by(at)) {
      if (!can_hide(planned_of_[by->layer])) continue;
      chosen = planned_of_[by->layer];
      break;
    }
  }
  for (std::size_t p = node.layer + 1; chosen == contents_.size() && p < contents_.size(); ++p) {
    if (can_hide(p)) chosen = p;
  }
  if (chosen == contents_.size() || !contents_[chosen].whiteouts.insert(std::string(path)).second) return false;
  // Some engines make the directories above a whiteout anew where the layer does not declare them.
  for (auto above = image_.find(parent_path(path)); above && *above != NodeId::root; above = image_.parent(*above)) {
    if (image_.node(*above).made_by) contents_[chosen].directories.insert(raw(*above));
  }
  return true;
}

/// A whiteout of a copied layer whose prey is gone would be found dead by the next run.
bool LayOut::wake_dead_whiteouts(const ImageModel& planned) {
  bool changed = false;
  for (std::size_t p = 0; p < contents_.size(); ++p) {
    const std::uint32_t source = plan_.layers()[p].first_source;
    if (is_fresh(p) || source < plan_.base_layers()) continue;
    const auto before = image_.layers()[source].entries, after = planned.layers()[p].entries;
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (!has(after[i].oddities, Oddity::dangling_whiteout) || has(before[i].oddities, Oddity::dangling_whiteout))
        continue;
      plan_.rewrite(source);
      changed |= plan_.is_rewritten(source);
      break;
    }
  }
  return changed;
}

/// Lambda's unpacker makes no directory by itself: no member may come before its parent directory where it did not.
/// Once a directory is added that the input misses, all are: half of them would only move the fault to another path.
bool LayOut::adopt_orphans(const ImageModel& planned) {
  bool changed = false, adds = false;
  for (std::uint32_t p = 0; p < contents_.size(); ++p) {
    const std::uint32_t source = plan_.layers()[p].first_source;
    adds |= !adopted_[p].empty();
    if (!is_fresh(p) && source < plan_.base_layers()) continue;
    const auto entries = planned.layers()[p].entries;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      if (!has(entries[i].oddities, Oddity::missing_parent)) continue;
      if (is_fresh(p)) {
        changed |= adopt(planned, {p, i});
      } else if (adds || !has(image_.entry({source, i}).oddities, Oddity::missing_parent)) {
        changed |= adopt_below({source, i});
      }
    }
  }
  return changed;
}

/// The layer of a rewritten member declares what is missing above it.
bool LayOut::adopt(const ImageModel& planned, EntryId orphan) {
  bool changed = false;
  auto above = image_.find(parent_path(planned.entry(orphan).path));
  for (; above && *above != NodeId::root; above = image_.parent(*above)) {
    const auto there = planned.find(image_.path(*above));
    const Node node = planned.node(there.value_or(NodeId::root));
    if (there && node.type == EntryType::directory && node.made_by && *node.made_by < orphan) break;
    if (!adopted_[orphan.layer].insert(raw(*above)).second) break;  // with all that is missing above it
    changed = true;
  }
  return changed;
}

/// A lower layer declares again what it declared for a copied member; when it cannot, the member's layer is rewritten.
bool LayOut::adopt_below(EntryId orphan) {
  const auto above = image_.find(parent_path(image_.entry(orphan).path));
  for (std::size_t p = planned_of_[orphan.layer]; above && p-- > 0;) {
    if (declared_[p].contains(raw(*above)) && adopted_[p].insert(raw(*above)).second) return true;
  }
  plan_.rewrite(orphan.layer);
  return true;
}

bool LayOut::rewrite_all() {
  bool changed = false;
  for (std::uint32_t l = plan_.base_layers(); l < image_.layers().size(); ++l) {
    changed |= !plan_.is_rewritten(l);
    plan_.rewrite(l);
  }
  return changed;
}

Result<void> LayOut::run() {
  survey();
  std::vector<std::string> problems;
  for (int round = 0; round < kMostRounds; ++round) {
    settle_fates();
    assign();
    for (;;) {
      find_repeated_directories();
      for (std::size_t p = 0; p < contents_.size(); ++p) {
        if (is_fresh(p)) fill(p);
      }
      ImageModel planned = model();
      const bool pruned = prune(planned);
      if (add_leaks(planned) || pruned) continue;
      const bool woken = wake_dead_whiteouts(planned);
      if (adopt_orphans(planned) || woken) break;
      problems = prove_tree(image_, planned, plan_, nullptr).problems;
      if (problems.empty()) return {};
      if (rewrite_all()) break;
      return fail(Code::internal, cat("the planned tree differs: ", problems.front()));
    }
  }
  return fail(Code::internal, "the layers of the planned image do not settle");
}

}  // namespace

Result<void> lay_out(const ImageModel& image, Plan& plan) {
  OCITIDY_CHECK(LayOut(image, plan).run());
  auto& layers = plan.layers();
  const auto is_empty = [&](const PlannedLayer& layer) {
    return layer.fate == OutputLayer::Fate::rewritten && layer.index.entries.empty();
  };
  // An image without any layer is legal, and refused by some: one that had layers keeps one.
  while (layers.size() > 1) {
    const auto it = std::ranges::find_if(layers, is_empty);
    if (it == layers.end()) break;
    layers.erase(it);
  }
  return {};
}

}  // namespace ocitidy
