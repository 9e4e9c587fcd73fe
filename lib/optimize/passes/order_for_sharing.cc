// order-for-sharing: own files in the order in which the next build shares most chunks with this one.
// Why and examples: docs/passes/order-for-sharing.md
#include <cmath>

#include "base/text.h"
#include "lambda/components.h"
#include "optimize/passes/passes.h"
#include "optimize/sharing_choice.h"

namespace ocitidy::passes {
namespace {

std::string touched(const SharingEstimate& before, const SharingEstimate& after) {
  if (!before.touched_chunks || !after.touched_chunks) return "";
  return cat(", a start touches ", *after.touched_chunks, " instead of ", *before.touched_chunks);
}

Outcome plan(const PassInput& in, Plan& plan) {
  if (const std::string why = why_nothing_to_share(in, plan); !why.empty()) return Outcome::not_applicable(why);
  share(in, plan);
  const SharingReport& sharing = *plan.sharing();
  if (sharing.kept_input) return Outcome::checked();
  plan.record(
      {.kind = Edit::Kind::layer,
       .layer = plan.base_layers(),
       .detail = cat("own files by how rarely they change for their size: ", std::llround(sharing.after.new_chunks),
                     " chunks are expected to be new in 30 days, ", std::llround(sharing.before.new_chunks),
                     " in the order of the input", touched(sharing.before, sharing.after), " (estimates)")});
  return Outcome::checked();
}

}  // namespace

constinit const Pass order_for_sharing = {.info = {.id = "order-for-sharing",
                                                   .title = "Order own files so that builds share most chunks",
                                                   .since = "0.1.0",
                                                   .safety = Safety::relayout,
                                                   .reads = lambda::kComponentReads,
                                                   .history = HistoryUse::wanted,
                                                   .from = Preset::lambda},
                                          .plan = plan};

}  // namespace ocitidy::passes
