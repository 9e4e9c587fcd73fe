// pack-layers: own files in as many layers as leave least to be pushed again, by a plan that the next build goes on
// from. Why and examples: docs/passes/pack-layers.md
#include "base/text.h"
#include "lambda/components.h"
#include "optimize/passes/passes.h"
#include "optimize/sharing_choice.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) {
  if (const std::string why = why_nothing_to_share(in, plan); !why.empty()) return Outcome::not_applicable(why);
  if (in.options.squash != OptimizeOptions::Squash::no)
    return Outcome::not_applicable("one layer was asked for (--squash)");
  share(in, plan);
  const SharingReport& sharing = *plan.sharing();
  if (sharing.kept_input) return Outcome::checked();
  const auto bytes = [](double sum) { return human_bytes(static_cast<std::uint64_t>(sum)); };
  plan.record({.kind = Edit::Kind::layer,
               .layer = plan.base_layers(),
               .detail = cat(counted(sharing.after.layers, "own layer", "own layers"), ": ",
                             bytes(sharing.after.pushed_bytes), " are expected to be pushed again in 30 days, ",
                             bytes(sharing.before.pushed_bytes), " with the layers of the input (estimates)")});
  return Outcome::checked();
}

}  // namespace

constinit const Pass pack_layers = {.info = {.id = "pack-layers",
                                             .title = "Cut own files into layers that are seldom pushed again",
                                             .since = "0.1.0",
                                             .safety = Safety::relayout,
                                             .reads = lambda::kComponentReads,
                                             .history = HistoryUse::wanted,
                                             .from = Preset::lambda},
                                    .plan = plan};

}  // namespace ocitidy::passes
