// api.cc - the library's pipelines, as prose. READ THIS FIRST.
//
// An image argument becomes an Image (oci/open.cc: bytes and a root). From there every command goes the same way:
// the root leads to one manifest and its config (oci/resolve.cc); each layer is read once, verified to its last byte
// and indexed (image/scan.cc, scan_layer.cc); the layers are laid over each other (image/merged_tree.cc). What comes
// out is an ImageModel that nobody changes any more. Rules look at it (lint/); formats print what they say (report/).
#include "image/scan.h"
#include "image/usage.h"
#include "lint/engine.h"
#include "ocitidy/inspect.h"
#include "ocitidy/lint.h"
#include "ocitidy/version.h"

namespace ocitidy {
namespace {

/// What reports say about the image itself.
ImageSummary summary_of(const ImageModel& model) {
  ImageSummary summary;
  summary.reference = model.source().reference;
  summary.transport = model.source().transport;
  summary.root_digest = model.source().root.digest;
  summary.manifest_digest = model.manifest_descriptor().digest;
  summary.manifest_media_type =
      model.manifest().media_type.empty() ? model.manifest_descriptor().media_type : model.manifest().media_type;
  summary.config_digest = model.manifest().config.digest;
  summary.platform = model.config().platform;
  for (const Layer& layer : model.layers()) {
    summary.layers.push_back({.digest = layer.descriptor.digest,
                              .diff_id = layer.diff_id,
                              .media_type = layer.descriptor.media_type,
                              .created_by = std::string(layer.created_by),
                              .codec = layer.codec,
                              .contents = layer.contents,
                              .compressed_bytes = layer.descriptor.size_bytes,
                              .tar_bytes = layer.tar_bytes});
  }
  return summary;
}

}  // namespace

Result<Report> lint(const Image& image, const LintOptions& options) {
  // Which rules, and which file heads do they want to see? Asked first: a typing error should not cost a scan.
  OCITIDY_TRY(const auto rules, select_rules(all_rules(), options));

  // One manifest, then one pass over the bytes of its layers. From here on nothing is read.
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, options.platform, options.limits));
  OCITIDY_TRY(const ImageModel model,
              scan_image(image, std::move(resolved),
                         {.limits = options.limits, .threads = options.threads, .reads = reads_of(rules)}));

  // Rules are pure: model in, findings out, in a fixed order.
  return Report{.image = summary_of(model), .runs = run_rules(rules, {.image = model, .options = options})};
}

Result<ImageModel> scan(const Image& image, const InspectOptions& options) {
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, options.platform, options.limits));
  return scan_image(image, std::move(resolved),
                    {.limits = options.limits, .threads = options.threads, .content = options.content, .reads = {}});
}

Inspection inspect(const ImageModel& model) {
  Inspection inspection;
  inspection.image = summary_of(model);
  const ImageConfig& config = model.config();
  inspection.start = {.entrypoint = config.entrypoint,
                      .cmd = config.cmd,
                      .working_dir = config.working_dir,
                      .user = config.user,
                      .env_count = config.env.size()};
  inspection.usage = layer_usage(model);
  inspection.total = sum_of(inspection.usage);
  if (inspection.total.file_bytes > 0) {
    inspection.efficiency =
        static_cast<double>(inspection.total.visible_bytes) / static_cast<double>(inspection.total.file_bytes);
  }
  inspection.dive_score = dive_score(model);
  return inspection;
}

std::string_view version() { return OCITIDY_VERSION; }

}  // namespace ocitidy
