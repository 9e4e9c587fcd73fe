// documents.h - the manifest and config of the planned image, patched from those of the input.
#pragma once

#include <string>
#include <vector>

#include "ocitidy/image_writer.h"
#include "optimize/plan.h"
#include "optimize/write.h"

namespace ocitidy {

struct Documents {
  std::string config, manifest;
  Descriptor manifest_descriptor;
  std::vector<std::string> dropped;  ///< annotations that held for old layer bytes only
};

/// Errors: those of patch_config() and patch_manifest().
Result<Documents> patch_documents(const ImageModel& image, const Plan& plan, const std::vector<WrittenLayer>& layers);

/// Stores config and manifest, in this order.
Result<void> write_documents(const Documents& documents, BlobSink& to);

/// The config that `before` becomes when nothing but these changes. For proofs.
Result<std::string> expected_config(const ImageConfig& before, const ImageConfig& after,
                                    const std::vector<std::pair<std::string, std::string>>& env, const Limits& limits);

}  // namespace ocitidy
