// summary.cc - see summary.h.
#include "optimize/summary.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "ocitidy/version.h"
#include "optimize/tree_diff.h"

namespace ocitidy {
namespace {

std::uint64_t stored_bytes(const std::vector<WrittenLayer>& layers) {
  std::uint64_t sum = 0;
  for (const WrittenLayer& layer : layers) sum += layer.compressed_bytes;
  return sum;
}

std::uint64_t stored_bytes(const ImageModel& image) {
  std::uint64_t sum = 0;
  for (const Layer& layer : image.layers()) sum += layer.descriptor.size_bytes;
  return sum;
}

/// Passes that add bytes on purpose, or move bytes where the user wants them.
bool is_repair(const PassRun& run) {
  const std::string_view id = run.pass->id;
  return !run.edits.empty() && (id == "add-parent-directories" || id == "repair-hard-links" || id == "merge-layers" ||
                                id == "order-for-sharing" || id == "pack-layers" || id == "recompress");
}

}  // namespace

OptimizeOptions for_transport(const OptimizeOptions& wishes, const ImageWriter* out) {
  OptimizeOptions options = wishes;
  if (out != nullptr && out->transport() == Transport::docker_archive) {
    options.codec = Codec::none;
    options.level = 0;
    options.effort = Effort::normal;
  }
  return options;
}

Result<void> check_rewritable(const ImageModel& image, const OptimizeOptions& options) {
  const auto& merge = options.merge_range;
  if (merge && (merge->first > merge->second || merge->second >= image.layers().size())) {
    return fail(Code::invalid_argument, cat("layers ", merge->first, " to ", merge->second,
                                            " cannot be merged: the image has ", image.layers().size(), " layers"));
  }
  if (image.is_artifact())
    return fail(Code::unsupported, "an artifact, not a container image: there is nothing to optimize");
  const auto layers = image.layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].contents == LayerContents::scanned) continue;
    const bool encrypted = layers[i].contents == LayerContents::encrypted;
    return fail(Code::unsupported, cat("layer ", i, encrypted ? " is encrypted" : " is not in the image",
                                       ": what it holds is not known, so nothing can be proven"));
  }
  return {};
}

OptimizeReport report_of(ImageSummary input, const ImageModel& image, const BaseLayers& base, const Plan& plan) {
  OptimizeReport report;
  report.input = std::move(input);
  report.base_layers = base.count;
  report.base_evidence = base.evidence;
  report.runs = plan.runs();
  report.notes = plan.notes();
  report.sharing = plan.sharing();
  for (const PlannedLayer& layer : plan.layers()) {
    OutputLayer output;
    output.first_source = layer.first_source;
    output.last_source = layer.last_source;
    output.fate = layer.fate;
    output.codec = layer.compression.codec;
    report.layers.push_back(std::move(output));
  }
  report.compressed_bytes_before = stored_bytes(image);
  for (const Layer& layer : image.layers()) report.tar_bytes_before += layer.tar_bytes;
  return report;
}

bool should_keep_layers(const ImageModel& image, const Plan& plan, const std::vector<WrittenLayer>& layers) {
  if (stored_bytes(layers) <= stored_bytes(image) || plan.changes_tree()) return false;
  return std::ranges::none_of(plan.runs(), is_repair);
}

std::string larger_note(const ImageModel& image, const std::vector<WrittenLayer>& layers) {
  return cat("the layers of the input are kept: written anew they would have ", stored_bytes(layers),
             " bytes, and they have ", stored_bytes(image));
}

void add_written(OptimizeReport& report, const ImageModel& image, const Plan& plan,
                 const std::vector<WrittenLayer>& layers, const Documents& documents) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    report.layers[i].digest = layers[i].digest;
    report.layers[i].diff_id = layers[i].diff_id;
    report.layers[i].compressed_bytes = layers[i].compressed_bytes;
    report.layers[i].tar_bytes = layers[i].tar_bytes;
    report.tar_bytes_after += layers[i].tar_bytes;
  }
  report.compressed_bytes_after = stored_bytes(layers);
  for (const std::string& what : documents.dropped) {
    report.notes.push_back(cat("dropped, since it held for the old bytes only: ", what));
  }
  const Digest& before = image.manifest_descriptor().digest;
  const Digest& after = documents.manifest_descriptor.digest;
  if (before != after) {
    report.notes.push_back(cat("the manifest is now ", after.str(), ": signatures and attestations for ", before.str(),
                               " do not hold for it"));
  }
  const bool recompresses = std::ranges::any_of(
      plan.runs(), [](const PassRun& run) { return run.pass->id == "recompress" && !run.edits.empty(); });
  if (!recompresses && report.compressed_bytes_after > report.compressed_bytes_before) {
    report.notes.push_back(
        cat("the output has ", report.compressed_bytes_after - report.compressed_bytes_before,
            " bytes more than the input: what was repaired or added costs more than what was saved"));
  }
}

Certificate certificate_of(const ImageModel& before, const ImageModel& after, const Plan& plan,
                           std::vector<TreeChange> changes) {
  Certificate certificate;
  certificate.tool_version = cat("ocitidy ", version());
  std::set<std::string> libraries;
  for (const PlannedLayer& layer : plan.layers()) {
    if (layer.fate == OutputLayer::Fate::copied || layer.compression.codec == Codec::none) continue;
    libraries.insert(codec_library_version(layer.compression));
  }
  certificate.libraries.assign(libraries.begin(), libraries.end());
  certificate.input_manifest = before.manifest_descriptor().digest;
  certificate.output_manifest = after.manifest_descriptor().digest;
  certificate.tree_before = tree_hash(before);
  certificate.tree_after = tree_hash(after);
  for (const PassRun& run : plan.runs()) {
    if (run.pass->safety == Safety::masked && !run.edits.empty()) certificate.mask.emplace_back(run.pass->id);
  }
  certificate.changes = std::move(changes);
  certificate.env = plan.env();
  return certificate;
}

}  // namespace ocitidy
