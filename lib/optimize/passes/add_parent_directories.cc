// add-parent-directories: entries for directories that members need and no layer makes in time.
// Why and examples: docs/passes/add-parent-directories.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    std::string_view last;
    for (const Entry& entry : layers[layer].entries) {
      const bool whiteout = entry.type == EntryType::whiteout || entry.type == EntryType::opaque;
      if (!has(entry.oddities, Oddity::missing_parent) || whiteout) continue;
      plan.rewrite(layer);  // lay_out() declares what is missing in every layer that is made anew
      if (parent_path(entry.path) == last) continue;
      last = parent_path(entry.path);
      plan.record({.kind = Edit::Kind::layer,
                   .layer = layer,
                   .path = std::string(last),
                   .detail = cat("gets an entry ahead of ", quote(entry.path))});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass add_parent_directories = {
    .info = {.id = "add-parent-directories",
             .title = "Add entries for directories that Lambda's unpacker misses",
             .since = "0.1.0",
             .safety = Safety::relayout},
    .plan = plan};

}  // namespace ocitidy::passes
