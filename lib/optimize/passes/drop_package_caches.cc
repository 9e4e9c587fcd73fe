// drop-package-caches: what package managers download and index, and would fetch again.
// Why and examples: docs/passes/drop-package-caches.md
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) { return remove_rows(in, plan, drop_package_caches.info.id); }

}  // namespace

constinit const Pass drop_package_caches = {.info = {.id = "drop-package-caches",
                                                     .title = "Drop package managers' downloads and indexes",
                                                     .since = "0.1.0",
                                                     .safety = Safety::refetchable},
                                            .plan = plan};

}  // namespace ocitidy::passes
