// drop-hidden: file bytes that no process can see.
// Why and examples: docs/passes/drop-hidden.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// Once the hidden file is gone, the whiteout that hid it hides nothing: its layer is made anew with it.
void rewrite_hider(const ImageModel& image, Plan& plan, EntryId by) {
  const EntryType type = image.entry(by).type;
  if (type == EntryType::whiteout || type == EntryType::opaque) plan.rewrite(by.layer);
}

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  if (plan.base_layers() == layers.size()) return Outcome::not_applicable("every layer belongs to the base");
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    for (std::uint32_t i = 0; i < layers[layer].entries.size(); ++i) {
      const Entry& entry = layers[layer].entries[i];
      if (entry.type != EntryType::file || entry.size_bytes == 0) continue;
      const auto by = in.image.hidden_by({layer, i});
      if (!by || by->layer == layer) continue;     // of the same layer: drop-duplicate-members
      if (plan.gives_bytes({layer, i})) continue;  // fold-metadata-copies shows them again
      plan.rewrite(layer);
      rewrite_hider(in.image, plan, *by);
      plan.record({.kind = Edit::Kind::hidden,
                   .layer = layer,
                   .path = std::string(entry.path),
                   .detail = cat("hidden by layer ", by->layer),
                   .bytes = entry.size_bytes});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass drop_hidden = {.info = {.id = "drop-hidden",
                                             .title = "Drop file bytes that no process can see",
                                             .since = "0.1.0",
                                             .safety = Safety::relayout},
                                    .plan = plan};

}  // namespace ocitidy::passes
