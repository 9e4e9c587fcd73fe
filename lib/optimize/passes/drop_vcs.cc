// drop-vcs: repositories, and files for the machines and editors that build the image.
// Why and examples: docs/passes/drop-vcs.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_vcs.info.id); }

}  // namespace

constinit const Pass drop_vcs = {.info = {.id = "drop-vcs",
                                          .title = "Drop repositories and build machinery",
                                          .since = "0.1.0",
                                          .safety = Safety::refetchable},
                                 .plan = plan};

}  // namespace ocitidy::passes
