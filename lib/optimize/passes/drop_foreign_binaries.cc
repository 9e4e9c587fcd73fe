// drop-foreign-binaries: prebuilt programs for another platform or C library.
// Why and examples: docs/passes/drop-foreign-binaries.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_foreign_binaries.info.id); }

}  // namespace

constinit const Pass drop_foreign_binaries = {.info = {.id = "drop-foreign-binaries",
                                                       .title = "Drop programs for other platforms",
                                                       .since = "0.1.0",
                                                       .safety = Safety::heuristic},
                                              .plan = plan};

}  // namespace ocitidy::passes
