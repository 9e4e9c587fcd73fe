// drop-install-tools: what installs packages, and what it noted.
// Why and examples: docs/passes/drop-install-tools.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_install_tools.info.id); }

}  // namespace

constinit const Pass drop_install_tools = {.info = {.id = "drop-install-tools",
                                                    .title = "Drop installers and their records",
                                                    .since = "0.1.0",
                                                    .safety = Safety::heuristic},
                                           .plan = plan};

}  // namespace ocitidy::passes
