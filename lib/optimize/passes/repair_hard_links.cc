// repair-hard-links: hard links whose target comes late, or in another layer.
// Why and examples: docs/passes/repair-hard-links.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// A link that no engine could make is no name of anything: the layer loses it.
constexpr Oddity kBroken = Oddity::dangling_link | Oddity::cross_layer_link | Oddity::link_to_directory;

std::string_view what_is_wrong(const Entry& entry) {
  if (has(entry.oddities, Oddity::cross_layer_link))
    return "its target lies in a lower layer; both are written together";
  if (has(entry.oddities, Oddity::link_to_directory)) return "its target is a directory; no engine makes it";
  return "its target is not there when it is written; no engine makes it";
}

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  if (plan.base_layers() == layers.size()) return Outcome::not_applicable("every layer belongs to the base");
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    for (const Entry& entry : layers[layer].entries) {
      if (entry.type != EntryType::hard_link || (entry.oddities & kBroken) == Oddity::none) continue;
      plan.rewrite(layer);
      plan.record({.kind = Edit::Kind::layer,
                   .layer = layer,
                   .path = std::string(entry.path),
                   .detail = cat("hard link to ", quote(entry.link_target), ": ", what_is_wrong(entry))});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass repair_hard_links = {.info = {.id = "repair-hard-links",
                                                   .title = "Repair hard links to late, missing or lower targets",
                                                   .since = "0.1.0",
                                                   .safety = Safety::relayout},
                                          .plan = plan};

}  // namespace ocitidy::passes
