// pipeline.h - which passes run, and running them.
#pragma once

#include <span>
#include <vector>

#include "optimize/plan.h"

namespace ocitidy {

/// Those of `known` that preset, passes and no_passes choose, in their order.
/// Errors: invalid_argument for an id that no pass has.
Result<std::vector<const Pass*>> select_passes(std::span<const Pass* const> known, const OptimizeOptions& options);

/// What the selected passes want to see inside files.
std::vector<ContentQuery> reads_of(std::span<const Pass* const> passes);

/// Runs the passes one after another, each on what those before it planned.
void run_passes(std::span<const Pass* const> passes, const PassInput& input, Plan& plan);

}  // namespace ocitidy
