// grant-read: what Lambda's unprivileged user needs to read files, enter directories and start programs.
// Why and examples: docs/passes/grant-read.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

constexpr std::uint32_t kOtherRead = 04, kOtherExecute = 01, kAnyExecute = 0111;

/// Bits are only ever added: to others, and only what somebody has already.
std::uint32_t granted(const Node& node) {
  if (node.type == EntryType::directory) return node.mode | kOtherRead | kOtherExecute;
  return node.mode | kOtherRead | ((node.mode & kAnyExecute) != 0 ? kOtherExecute : 0);
}

Outcome plan(const PassInput& in, Plan& plan) {
  std::uint64_t in_base = 0;
  const auto look_at = [&](NodeId id, std::string_view path) {
    const Node node = in.image.node(id);
    const bool can_lack = node.type == EntryType::file || node.type == EntryType::directory;
    if (!can_lack || !node.made_by || granted(node) == node.mode || plan.is_removed(id)) return;
    if (!plan.is_own(node)) {
      ++in_base;
      return;
    }
    const std::string detail = cat("mode ", octal(node.mode), " becomes ", octal(granted(node)));
    if (plan.edit_of(node) == nullptr || !plan.edit_of(node)->mode) plan.edit(node, detail).mode = granted(node);
    plan.record({.kind = Edit::Kind::changed, .layer = node.layer, .path = std::string(path), .detail = detail});
  };
  look_at(NodeId::root, "");
  in.image.walk(look_at);
  if (in_base > 0) {
    plan.note(cat("grant-read: ", counted(in_base, "path", "paths"),
                  " of the base cannot be read by Lambda's user and stay as they are; --touch-base would change them"));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass grant_read = {.info = {.id = "grant-read",
                                            .title = "Let every user read files, enter directories, start programs",
                                            .since = "0.1.0",
                                            .safety = Safety::additive},
                                   .plan = plan};

}  // namespace ocitidy::passes
