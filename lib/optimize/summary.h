// summary.h - what an optimize run has to tell: the report and its certificate, filled in as things become known.
#pragma once

#include <string>
#include <vector>

#include "ocitidy/optimize.h"
#include "optimize/documents.h"
#include "optimize/plan.h"
#include "optimize/write.h"

namespace ocitidy {

/// A docker-archive holds plain layers, whatever the user wishes.
OptimizeOptions for_transport(const OptimizeOptions& wishes, const ImageWriter* out);

/// Errors: unsupported for an artifact, and for layers that nobody can look into: what they hold cannot be proven;
/// invalid_argument for wishes that do not fit the image.
Result<void> check_rewritable(const ImageModel& image, const OptimizeOptions& options);

/// All that is known once there is a plan.
OptimizeReport report_of(ImageSummary input, const ImageModel& image, const BaseLayers& base, const Plan& plan);

/// Is the output larger, for no reason but that smaller layers were hoped for?
bool should_keep_layers(const ImageModel& image, const Plan& plan, const std::vector<WrittenLayer>& layers);
std::string larger_note(const ImageModel& image, const std::vector<WrittenLayer>& layers);

/// Adds what writing told.
void add_written(OptimizeReport& report, const ImageModel& image, const Plan& plan,
                 const std::vector<WrittenLayer>& layers, const Documents& documents);

/// Hashes both trees.
Certificate certificate_of(const ImageModel& before, const ImageModel& after, const Plan& plan,
                           std::vector<TreeChange> changes);

}  // namespace ocitidy
