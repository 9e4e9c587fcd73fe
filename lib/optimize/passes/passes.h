// passes.h - every pass there is. One .cc each; passes.def is the list, in the order in which they run.
#pragma once

#include "optimize/plan.h"

namespace ocitidy::passes {
#define OCITIDY_PASS(name) extern const Pass name;
#include "optimize/passes/passes.def"
#undef OCITIDY_PASS
}  // namespace ocitidy::passes
