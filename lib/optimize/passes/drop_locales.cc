// drop-locales: translations, locales and character sets beyond the common ones.
// Why and examples: docs/passes/drop-locales.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_locales.info.id); }

}  // namespace

constinit const Pass drop_locales = {.info = {.id = "drop-locales",
                                              .title = "Drop translations and locales",
                                              .since = "0.1.0",
                                              .safety = Safety::heuristic},
                                     .plan = plan};

}  // namespace ocitidy::passes
