// certificate.cc - see certificate.h.
#include "optimize/certificate.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "optimize/documents.h"
#include "optimize/tree_diff.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMostProblems = 20;

class Comparison {
 public:
  Comparison(const ImageModel& before, const ImageModel& after, const Certificate* claimed, const Limits& limits)
      : before_(before), after_(after), claimed_(claimed), limits_(limits) {
    if (claimed == nullptr) return;
    for (const TreeChange& change : claimed->changes) claims_.emplace(change.path, &change);
  }

  Result<Verification> run() {
    Certificate& found = result_.found;
    found.input_manifest = before_.manifest_descriptor().digest;
    found.output_manifest = after_.manifest_descriptor().digest;
    found.tree_before = tree_hash(before_);
    found.tree_after = tree_hash(after_);
    if (claimed_ != nullptr) compare_headline();
    read_links();
    compare_trees(
        before_, after_, [&](const PathPair& pair) { look_at(pair); },
        [&](const Node& node) {
          const auto it = linked_.find(node.inode);
          return it == linked_.end() ? node.inode : it->second;
        });
    for (const auto& [path, change] : claims_) problem(path, "was to change, and has not");
    OCITIDY_CHECK(compare_configs());
    return std::move(result_);
  }

 private:
  void compare_headline() {
    const auto check = [&](bool same, std::string_view what) {
      if (!same) result_.problems.push_back(cat("the certificate is for another ", what));
    };
    check(claimed_->input_manifest == result_.found.input_manifest, "input manifest");
    check(claimed_->output_manifest == result_.found.output_manifest, "output manifest");
    check(claimed_->tree_before == result_.found.tree_before, "input tree");
    check(claimed_->tree_after == result_.found.tree_after, "output tree");
  }

  /// Inodes that the certificate says became one.
  void read_links() {
    for (const auto& [path, change] : claims_) {
      if (change->linked_to.empty()) continue;
      const auto one = before_.find(path), other = before_.find(change->linked_to);
      if (one && other) linked_[before_.node(*one).inode] = before_.node(*other).inode;
    }
  }

  void look_at(const PathPair& pair) {
    const auto claim = claims_.find(pair.path);
    const bool same = pair.before && pair.after && pair.differs == Field::none;
    if (same && claim == claims_.end()) return;
    TreeChange change = change_between(before_, after_, pair);
    if (claim == claims_.end()) {
      problem(pair.path, !pair.before  ? "has come"
                         : !pair.after ? "is gone"
                                       : cat("differs in ", field_names(pair.differs)));
    } else {
      const TreeChange& claimed = *claim->second;
      change.linked_to = claimed.linked_to;
      change.pass = claimed.pass;
      change.reason = claimed.reason;
      const bool links_differ = pair.before && pair.after && has(pair.differs, Field::links);
      if (claimed.before != change.before || claimed.after != change.after || links_differ ||
          !is_added_link(pair, claimed)) {
        problem(pair.path, "changed otherwise than the certificate says");
      }
      claims_.erase(claim);
    }
    result_.found.changes.push_back(std::move(change));
  }

  /// A path that has come as another name of an inode must be one.
  bool is_added_link(const PathPair& pair, const TreeChange& claimed) const {
    if (pair.before || !pair.after || claimed.linked_to.empty()) return true;
    const auto target = after_.find(claimed.linked_to);
    return target && after_.node(*target).inode == after_.node(*pair.after).inode;
  }

  /// What a container engine reads; with a certificate every byte.
  Result<void> compare_configs() {
    const ImageConfig &a = before_.config(), &b = after_.config();
    if (claimed_ != nullptr) {
      result_.found.env = claimed_->env;
      OCITIDY_TRY(const std::string expected, expected_config(a, b, claimed_->env, limits_));
      if (expected != b.raw) result_.problems.emplace_back("the config differs by more than the certificate says");
      return {};
    }
    const auto check = [&](bool same, std::string_view pointer) {
      if (!same) result_.problems.push_back(cat("the configs differ in ", pointer));
    };
    check(a.platform == b.platform, "the platform");
    check(a.entrypoint == b.entrypoint, "/config/Entrypoint");
    check(a.cmd == b.cmd, "/config/Cmd");
    check(a.env == b.env, "/config/Env");
    check(a.working_dir == b.working_dir, "/config/WorkingDir");
    check(a.user == b.user, "/config/User");
    check(a.labels == b.labels, "/config/Labels");
    return {};
  }

  void problem(std::string_view path, std::string_view what) {
    if (result_.problems.size() < kMostProblems) result_.problems.push_back(cat(quote(cat("/", path)), " ", what));
  }

  const ImageModel& before_;
  const ImageModel& after_;
  const Certificate* claimed_;
  const Limits& limits_;
  std::map<std::string, const TreeChange*, std::less<>> claims_;
  std::unordered_map<std::uint32_t, std::uint32_t> linked_;
  Verification result_;
};

}  // namespace

Result<Verification> compare_images(const ImageModel& before, const ImageModel& after, const Certificate* claimed,
                                    const Limits& limits) {
  return Comparison(before, after, claimed, limits).run();
}

}  // namespace ocitidy
