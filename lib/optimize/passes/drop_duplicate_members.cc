// drop-duplicate-members: members that a later one of the same layer replaces.
// Why and examples: docs/passes/drop-duplicate-members.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  if (plan.base_layers() == layers.size()) return Outcome::not_applicable("every layer belongs to the base");
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    for (std::uint32_t i = 0; i < layers[layer].entries.size(); ++i) {
      const Entry& entry = layers[layer].entries[i];
      const auto by = in.image.hidden_by({layer, i});
      const bool replaced = by && by->layer == layer;
      const bool repeats = has(entry.oddities, Oddity::duplicate_member);
      if (!repeats && !replaced) continue;
      plan.rewrite(layer);
      if (!replaced) continue;  // the last of them stays
      plan.record({.kind = Edit::Kind::hidden,
                   .layer = layer,
                   .path = std::string(entry.path),
                   .detail = by->index == i ? "no engine would unpack it" : "written again later in the same layer",
                   .bytes = entry.size_bytes});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass drop_duplicate_members = {
    .info = {.id = "drop-duplicate-members",
             .title = "Drop members that a later one of the same layer replaces",
             .since = "0.1.0",
             .safety = Safety::relayout},
    .plan = plan};

}  // namespace ocitidy::passes
