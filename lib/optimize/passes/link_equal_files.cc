// link-equal-files: equal files of one layer become names of one inode.
// Why and examples: docs/passes/link-equal-files.md
#include <map>
#include <tuple>

#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// One block of the file system: a smaller file costs no block of its own that a link would save.
constexpr std::uint64_t kSmallestFileBytes = 4096;

/// Files of equal keys are one file to every process that can only read, which is all that Lambda's are.
using Key = std::tuple<std::uint32_t, Sha256, std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t, std::int64_t,
                       std::uint32_t>;

bool may_link(const PassInput& in, const Plan& plan, NodeId id, const Node& node) {
  return node.type == EntryType::file && node.link_count == 1 && node.size_bytes >= kSmallestFileBytes &&
         node.named_by == node.made_by && plan.is_own(node) && !plan.is_removed(id) &&
         in.image.content_sha256(*node.made_by) != nullptr;
}

/// With what earlier passes made of mode and time. A file whose bytes they change is left alone.
std::optional<Key> key_of(const PassInput& in, const Plan& plan, const Node& node) {
  const InodeEdit* const edit = plan.edit_of(node);
  if (edit != nullptr && (edit->head || edit->bytes_of)) return std::nullopt;
  const bool timed = edit != nullptr && edit->mtime_s;
  return Key{node.layer,
             *in.image.content_sha256(*node.made_by),
             node.size_bytes,
             edit != nullptr && edit->mode ? *edit->mode : node.mode,
             node.uid,
             node.gid,
             timed ? *edit->mtime_s : node.mtime_s,
             timed ? 0 : node.mtime_ns};
}

Outcome plan(const PassInput& in, Plan& plan) {
  if (plan.base_layers() == in.image.layers().size()) return Outcome::not_applicable("every layer belongs to the base");
  std::map<Key, NodeId> firsts;
  in.image.walk([&](NodeId id, std::string_view path) {
    const Node node = in.image.node(id);
    if (!may_link(in, plan, id, node)) return;
    const auto key = key_of(in, plan, node);
    if (!key) return;
    const auto [first, is_new] = firsts.try_emplace(*key, id);
    if (is_new) return;
    const Node target = in.image.node(first->second);
    const auto a = in.image.xattrs(*node.made_by), b = in.image.xattrs(*target.made_by);
    if (!std::ranges::equal(a, b)) return;
    const std::string reason = cat("the same bytes and metadata as ", quote(in.image.path(first->second)));
    plan.edit(node, reason).link_to = first->second;
    plan.record({.kind = Edit::Kind::changed,
                 .layer = node.layer,
                 .path = std::string(path),
                 .detail = cat("becomes a hard link: ", reason),
                 .bytes = node.size_bytes});
  });
  return Outcome::checked();
}

}  // namespace

constinit const Pass link_equal_files = {.info = {.id = "link-equal-files",
                                                  .title = "Hard-link equal files of one layer",
                                                  .since = "0.1.0",
                                                  .safety = Safety::masked},
                                         .plan = plan};

}  // namespace ocitidy::passes
