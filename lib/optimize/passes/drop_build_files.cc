// drop-build-files: headers, static libraries, stubs: what compilers read.
// Why and examples: docs/passes/drop-build-files.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_build_files.info.id); }

}  // namespace

constinit const Pass drop_build_files = {.info = {.id = "drop-build-files",
                                                  .title = "Drop headers, static libraries and stubs",
                                                  .since = "0.1.0",
                                                  .safety = Safety::heuristic},
                                         .plan = plan};

}  // namespace ocitidy::passes
