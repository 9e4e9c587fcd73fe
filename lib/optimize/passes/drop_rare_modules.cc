// drop-rare-modules: modules that few programs use, as long as the trace saw none of them.
// Why and examples: docs/passes/drop-rare-modules.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_unused_rows(in, plan, drop_rare_modules.info.id); }

}  // namespace

constinit const Pass drop_rare_modules = {.info = {.id = "drop-rare-modules",
                                                   .title = "Drop Perl and setuptools where no trace saw them",
                                                   .since = "0.1.0",
                                                   .safety = Safety::semantic},
                                          .plan = plan};

}  // namespace ocitidy::passes
