// drop-logs-and-temp: what builds logged, and temporary files, which Lambda hides anyway.
// Why and examples: docs/passes/drop-logs-and-temp.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_logs_and_temp.info.id); }

}  // namespace

constinit const Pass drop_logs_and_temp = {.info = {.id = "drop-logs-and-temp",
                                                    .title = "Drop logs and temporary files",
                                                    .since = "0.1.0",
                                                    .safety = Safety::refetchable},
                                           .plan = plan};

}  // namespace ocitidy::passes
