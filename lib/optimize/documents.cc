// documents.cc - see documents.h.
#include "optimize/documents.h"

#include <algorithm>

#include "base/hasher.h"
#include "base/text.h"
#include "oci/patch.h"

namespace ocitidy {
namespace {

DocumentFamily family_of(const ImageModel& image, const Plan& plan) {
  switch (plan.family()) {
    case MediaFamily::oci:
      return DocumentFamily::oci;
    case MediaFamily::docker:
      return DocumentFamily::docker;
    case MediaFamily::keep:
      break;
  }
  return family_of(image.manifest(), image.manifest_descriptor());
}

bool history_fits(const ImageModel& image) {
  const auto& history = image.config().history;
  const auto count = std::ranges::count_if(history, [](const HistoryEntry& entry) { return !entry.empty_layer; });
  return static_cast<std::size_t>(count) == image.layers().size();
}

/// History entries whose layer is no longer one of its own: merged into a later one, or empty. A history that does not
/// fit the layers is left alone.
std::vector<std::size_t> emptied_history(const ImageModel& image, const Plan& plan) {
  const auto& history = image.config().history;
  if (!history_fits(image)) return {};
  std::vector<std::size_t> entry_of_layer;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (!history[i].empty_layer) entry_of_layer.push_back(i);
  }
  std::vector<bool> stays(image.layers().size());
  for (const PlannedLayer& layer : plan.layers()) stays[layer.last_source] = !plan.is_arranged(layer);
  std::vector<std::size_t> emptied;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (!stays[i]) emptied.push_back(entry_of_layer[i]);
  }
  return emptied;
}

/// Layers that come from no single step of the build, each with an entry of its own.
std::size_t added_history(const ImageModel& image, const Plan& plan) {
  if (!history_fits(image)) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(plan.layers(), [&](const PlannedLayer& layer) { return plan.is_arranged(layer); }));
}

LayerPatch layer_patch(const ImageModel& image, const Plan& plan, std::size_t i, const WrittenLayer& written,
                       DocumentFamily family) {
  const PlannedLayer& layer = plan.layers()[i];
  const Descriptor& source = image.manifest().layers[layer.last_source];
  LayerPatch patch{.source = layer.last_source, .descriptor = source};
  if (plan.is_arranged(layer)) patch.source.reset();  // nothing that a descriptor said of the old layer holds
  patch.descriptor.digest = written.digest;
  patch.descriptor.size_bytes = written.compressed_bytes;
  patch.bytes_changed = written.digest != source.digest;
  const bool restate = patch.bytes_changed || plan.fixes_media_types() || plan.family() != MediaFamily::keep;
  if (restate) patch.descriptor.media_type = layer_media_type(layer.compression.codec, family);
  return patch;
}

}  // namespace

Result<Documents> patch_documents(const ImageModel& image, const Plan& plan, const std::vector<WrittenLayer>& layers) {
  const Limits& limits = plan.options().limits;
  Documents documents;
  ConfigPatch config{
      .emptied_history = emptied_history(image, plan), .added_history = added_history(image, plan), .env = plan.env()};
  std::vector<DiffId> diff_ids;
  for (const WrittenLayer& layer : layers) diff_ids.push_back(layer.diff_id);
  if (diff_ids != image.config().diff_ids) config.diff_ids = std::move(diff_ids);
  OCITIDY_TRY(documents.config, patch_config(image.config(), config, limits));

  const DocumentFamily family = family_of(image, plan);
  ManifestPatch manifest;
  if (family != DocumentFamily::docker) manifest.annotations = plan.annotations();  // Docker's format knows none
  manifest.config = image.manifest().config;
  manifest.config.digest = digest_of(documents.config);
  manifest.config.size_bytes = documents.config.size();
  if (plan.family() != MediaFamily::keep) {
    manifest.config.media_type = config_media_type(family);
    manifest.media_type = manifest_media_type(family);
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    manifest.layers.push_back(layer_patch(image, plan, i, layers[i], family));
  }
  OCITIDY_TRY(PatchedManifest patched, patch_manifest(image.manifest(), manifest, limits));
  documents.manifest = std::move(patched.raw);
  documents.manifest_descriptor = std::move(patched.descriptor);
  documents.dropped = std::move(patched.dropped);
  return documents;
}

Result<void> write_documents(const Documents& documents, BlobSink& to) {
  for (const std::string* const text : {&documents.config, &documents.manifest}) {
    OCITIDY_TRY(const auto blob, to.create());
    OCITIDY_CHECK(blob->write(std::as_bytes(std::span(*text))));
    OCITIDY_CHECK(blob->commit(digest_of(*text)));
  }
  return {};
}

Result<std::string> expected_config(const ImageConfig& before, const ImageConfig& after,
                                    const std::vector<std::pair<std::string, std::string>>& env, const Limits& limits) {
  ConfigPatch patch{.env = env};
  if (after.history.size() > before.history.size()) patch.added_history = after.history.size() - before.history.size();
  if (after.diff_ids != before.diff_ids) patch.diff_ids = after.diff_ids;
  for (std::size_t i = 0; i < std::min(before.history.size(), after.history.size()); ++i) {
    if (after.history[i].empty_layer && !before.history[i].empty_layer) patch.emptied_history.push_back(i);
  }
  return patch_config(before, patch, limits);
}

}  // namespace ocitidy
