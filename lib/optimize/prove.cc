// prove.cc - see prove.h.
#include "optimize/prove.h"

#include "base/text.h"
#include "optimize/tree_diff.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMostProblems = 20;

class Prover {
 public:
  Prover(const ImageModel& before, const ImageModel& after, const Plan& plan, const EditedContent* edited)
      : before_(before), after_(after), plan_(plan), edited_(edited) {}

  TreeProof run() {
    compare_trees(
        before_, after_, [&](const PathPair& pair) { look_at(pair); },
        [&](const Node& node) { return plan_.inode_of(node); });
    for (const auto& [path, directory] : plan_.added_directories()) check_came(path);
    for (const auto& [path, link] : plan_.added_links()) check_came(path);
    if (edited_ != nullptr) look_at_members();
    return std::move(proof_);
  }

 private:
  void look_at(const PathPair& pair) {
    if (!pair.before) return look_at_added(pair);
    const Plan::Removal* const removal = plan_.removal_of(*pair.before);
    if (removal != nullptr) {
      if (pair.after) return problem(pair.path, "is to go and is there");
      return change(pair, removal->pass, removal->reason);
    }
    if (!pair.after) return problem(pair.path, "is gone");
    const Node node = before_.node(*pair.before);
    const InodeEdit* const edit = plan_.edit_of(node);
    if (edit == nullptr) {
      if (pair.differs != Field::none) problem(pair.path, cat("differs in ", field_names(pair.differs)));
      return;
    }
    look_at_edited(pair, node, *edit);
  }

  void check_came(std::string_view path) {
    if (!after_.find(path)) problem(path, "was to come and is not there");
  }

  void look_at_added(const PathPair& pair) {
    const auto link = plan_.added_links().find(std::string(pair.path));
    if (link != plan_.added_links().end()) return look_at_added_link(pair, link->second);
    const auto it = plan_.added_directories().find(std::string(pair.path));
    if (it == plan_.added_directories().end()) return problem(pair.path, "has come");
    const Node node = after_.node(*pair.after);
    if (node.type != EntryType::directory || node.mode != it->second.mode || node.uid != 0 || node.gid != 0) {
      return problem(pair.path, "is not the directory that was to come");
    }
    change(pair, it->second.pass, it->second.reason);
  }

  void look_at_added_link(const PathPair& pair, const AddedLink& link) {
    const std::string target = before_.path(link.target);
    const auto there = after_.find(target);
    if (!there || after_.node(*there).inode != after_.node(*pair.after).inode) {
      return problem(pair.path, "is not the hard link that was to come");
    }
    change(pair, link.pass, link.reason);
    proof_.changes.back().linked_to = target;
  }

  /// Of written layers every member counts, seen or not: each file must hold what the scan found in it. That is what
  /// shows that the bytes which were read a second time, to be written, were those of the first time.
  void look_at_members() {
    const auto layers = after_.layers();
    if (layers.size() != plan_.layers().size()) return problem("", "has not the layers that were planned");
    for (std::uint32_t p = 0; p < layers.size(); ++p) {
      const PlannedLayer& planned = plan_.layers()[p];
      if (planned.fate != OutputLayer::Fate::rewritten) continue;
      if (layers[p].entries.size() != planned.index.entries.size()) {
        problem("", cat("has not the planned members in layer ", p));
        continue;
      }
      for (std::uint32_t i = 0; i < layers[p].entries.size(); ++i) look_at_member(planned, {p, i});
    }
  }

  void look_at_member(const PlannedLayer& planned, EntryId id) {
    const Entry &member = planned.index.entries[id.index], &now = after_.entry(id);
    if (now.path != member.path || now.type != member.type || now.size_bytes != member.size_bytes) {
      return problem(member.path, cat("is not the planned member of layer ", id.layer));
    }
    if (member.type != EntryType::file || planned.heads.contains(id.index)) return;
    const Sha256* const sha256 = after_.content_sha256(id);
    if (sha256 == nullptr || *sha256 != planned.index.content[id.index]) {
      problem(member.path, cat("has other bytes in layer ", id.layer, " than when it was scanned"));
    }
  }

  /// What the edit says must be so, and nothing else may differ.
  void look_at_edited(const PathPair& pair, const Node& node, const InodeEdit& edit) {
    const Node now = after_.node(*pair.after);
    Field differs = pair.differs;
    if (edit.mode) {
      if (now.mode != *edit.mode) problem(pair.path, "has not the mode it was to get");
      differs = without(differs, Field::mode);
    }
    if (edit.mtime_s) {
      if (now.mtime_s != *edit.mtime_s || now.mtime_ns != 0) problem(pair.path, "has not the time it was to get");
      differs = without(differs, Field::mtime);
    }
    if (edit.head) {
      if (now.size_bytes != node.size_bytes || !has_edited_content(node, edit, now)) {
        problem(pair.path, "has not the bytes it was to get");
      }
      differs = without(differs, Field::content);
    }
    if (differs != Field::none) problem(pair.path, cat("differs in ", field_names(differs)));
    if (pair.differs == Field::none && !edit.link_to) return;
    change(pair, edit.pass, edit.reason);
    if (edit.link_to) proof_.changes.back().linked_to = before_.path(*edit.link_to);
  }

  bool has_edited_content(const Node& node, const InodeEdit& edit, const Node& now) const {
    if (edited_ == nullptr) return true;
    const auto it = edited_->find(edit.bytes_of ? *edit.bytes_of : *node.made_by);
    const Sha256* const sha256 = after_.content_sha256(*now.made_by);
    return it != edited_->end() && sha256 != nullptr && *sha256 == it->second;
  }

  void problem(std::string_view path, std::string_view what) {
    if (proof_.problems.size() < kMostProblems) proof_.problems.push_back(cat(quote(cat("/", path)), " ", what));
  }

  void change(const PathPair& pair, std::string_view pass, std::string_view reason) {
    proof_.changes.push_back(change_between(before_, after_, pair));
    proof_.changes.back().pass = pass;
    proof_.changes.back().reason = reason;
  }

  const ImageModel& before_;
  const ImageModel& after_;
  const Plan& plan_;
  const EditedContent* edited_;
  TreeProof proof_;
};

}  // namespace

TreeProof prove_tree(const ImageModel& before, const ImageModel& after, const Plan& plan, const EditedContent* edited) {
  return Prover(before, after, plan, edited).run();
}

}  // namespace ocitidy
