// all_passes.h - the passes in the order in which they run.
#pragma once

#include <span>

#include "optimize/plan.h"

namespace ocitidy {

std::span<const Pass* const> pipeline();

}  // namespace ocitidy
