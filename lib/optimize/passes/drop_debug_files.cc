// drop-debug-files: debug symbols and source maps in files of their own.
// Why and examples: docs/passes/drop-debug-files.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_debug_files.info.id); }

}  // namespace

constinit const Pass drop_debug_files = {.info = {.id = "drop-debug-files",
                                                  .title = "Drop debug symbols and source maps",
                                                  .since = "0.1.0",
                                                  .safety = Safety::heuristic},
                                         .plan = plan};

}  // namespace ocitidy::passes
