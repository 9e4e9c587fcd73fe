// drop-tests: tests of packages that are known to do without.
// Why and examples: docs/passes/drop-tests.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_tests.info.id); }

}  // namespace

constinit const Pass drop_tests = {.info = {.id = "drop-tests",
                                            .title = "Drop the tests of known packages",
                                            .since = "0.1.0",
                                            .safety = Safety::heuristic},
                                   .plan = plan};

}  // namespace ocitidy::passes
