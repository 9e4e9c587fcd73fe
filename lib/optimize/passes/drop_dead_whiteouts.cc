// drop-dead-whiteouts: whiteouts that hide nothing.
// Why and examples: docs/passes/drop-dead-whiteouts.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  if (plan.base_layers() == layers.size()) return Outcome::not_applicable("every layer belongs to the base");
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    for (const Entry& entry : layers[layer].entries) {
      if (!has(entry.oddities, Oddity::dangling_whiteout)) continue;
      plan.rewrite(layer);
      plan.record({.kind = Edit::Kind::hidden,
                   .layer = layer,
                   .path = std::string(entry.path),
                   .detail = entry.type == EntryType::opaque ? "an opaque mark that hides nothing"
                                                             : "a whiteout that hides nothing"});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass drop_dead_whiteouts = {.info = {.id = "drop-dead-whiteouts",
                                                     .title = "Drop whiteouts that hide nothing",
                                                     .since = "0.1.0",
                                                     .safety = Safety::relayout},
                                            .plan = plan};

}  // namespace ocitidy::passes
