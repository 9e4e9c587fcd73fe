// strip-names: user and group names, which no engine reads and which differ between build machines.
// Why and examples: docs/passes/strip-names.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  if (plan.base_layers() == layers.size()) return Outcome::not_applicable("every layer belongs to the base");
  plan.strip_owner_names();
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    std::uint64_t named = 0;
    for (std::uint32_t i = 0; i < layers[layer].entries.size(); ++i) {
      if (in.image.owner_names({layer, i}) != OwnerNames{}) ++named;
    }
    if (named == 0) continue;
    plan.rewrite(layer);
    plan.record({.kind = Edit::Kind::layer,
                 .layer = layer,
                 .path = "",
                 .detail = cat(counted(named, "member names", "members name"), " a user or group; the numbers stay")});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass strip_names = {.info = {.id = "strip-names",
                                             .title = "Drop user and group names, keep the numbers",
                                             .since = "0.1.0",
                                             .safety = Safety::masked},
                                    .plan = plan};

}  // namespace ocitidy::passes
