// usage.h - where the bytes of an image go.
#pragma once

#include <span>
#include <vector>

#include "ocitidy/inspect.h"

namespace ocitidy {

/// One row a layer. Linear in entries.
std::vector<LayerUsage> layer_usage(const ImageModel& model);
LayerUsage sum_of(std::span<const LayerUsage> usage);

/// See Inspection::dive_score.
double dive_score(const ImageModel& model);

}  // namespace ocitidy
