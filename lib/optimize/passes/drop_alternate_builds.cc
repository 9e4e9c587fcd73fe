// drop-alternate-builds: second builds of code that is there already.
// Why and examples: docs/passes/drop-alternate-builds.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_alternate_builds.info.id); }

}  // namespace

constinit const Pass drop_alternate_builds = {.info = {.id = "drop-alternate-builds",
                                                       .title = "Drop second builds of the same code",
                                                       .since = "0.1.0",
                                                       .safety = Safety::heuristic},
                                              .plan = plan};

}  // namespace ocitidy::passes
