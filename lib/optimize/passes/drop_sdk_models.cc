// drop-sdk-models: models and engines of SDKs that the trace did not see.
// Why and examples: docs/passes/drop-sdk-models.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_unused_rows(in, plan, drop_sdk_models.info.id); }

}  // namespace

constinit const Pass drop_sdk_models = {.info = {.id = "drop-sdk-models",
                                                 .title = "Drop parts of SDKs that no trace saw",
                                                 .since = "0.1.0",
                                                 .safety = Safety::semantic},
                                        .plan = plan};

}  // namespace ocitidy::passes
