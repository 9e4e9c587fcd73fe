// drop-docs: documentation for people; licences stay.
// Why and examples: docs/passes/drop-docs.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_docs.info.id); }

}  // namespace

constinit const Pass drop_docs = {.info = {.id = "drop-docs",
                                           .title = "Drop documentation and man pages",
                                           .since = "0.1.0",
                                           .safety = Safety::heuristic},
                                  .plan = plan};

}  // namespace ocitidy::passes
