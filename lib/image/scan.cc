// scan.cc - all layers, side by side.
#include "image/scan.h"

#include <algorithm>
#include <numeric>

#include "archive/stream.h"
#include "base/parallel.h"
#include "base/text.h"
#include "image/known_layer.h"
#include "image/model_impl.h"
#include "image/scan_layer.h"

namespace ocitidy {
namespace {

struct Scanned {
  LayerIndex index;
  LayerContents contents = LayerContents::scanned;
};

bool is_foreign(const Descriptor& layer) {
  return layer.media_type.find("nondistributable") != std::string::npos ||
         layer.media_type.find(".foreign.") != std::string::npos || !layer.urls.empty();
}

bool is_encrypted(const Descriptor& layer) { return layer.media_type.ends_with("+encrypted"); }

/// How much of limits.capture_bytes a layer may use. One quarter of it is shared out equally, the rest by stored size:
/// large layers hold package databases, some of which are of no use unless whole.
std::uint64_t capture_share(const std::vector<Descriptor>& layers, std::size_t i, std::uint64_t capture_bytes) {
  double all_bytes = 0;  // of any number of layers of any size
  for (const Descriptor& layer : layers) all_bytes += static_cast<double>(layer.size_bytes);
  const double part = all_bytes > 0 ? static_cast<double>(layers[i].size_bytes) / all_bytes : 0;
  const std::uint64_t equal = capture_bytes / 4, by_size = capture_bytes - equal;
  return equal / layers.size() + static_cast<std::uint64_t>(static_cast<double>(by_size) * part);
}

Result<Scanned> scan_one(const Image& image, const ResolvedImage& resolved, const ScanOptions& options, std::size_t i,
                         ScanTally& tally, RunningLayers& running, std::optional<std::uint32_t> known) {
  const Descriptor& layer = resolved.manifest.layers[i];
  auto reader = image.blobs->open(layer);
  if (!reader && reader.error().code == Code::not_found && is_foreign(layer)) return Scanned{{}, LayerContents::absent};
  if (!reader) return fail(std::move(reader).error());
  if (resolved.is_artifact || is_encrypted(layer)) {
    VerifyingStream blob(*std::move(reader), layer);
    OCITIDY_CHECK(blob.drain());
    return Scanned{{}, resolved.is_artifact ? LayerContents::artifact : LayerContents::encrypted};
  }
  const LayerScan scan{.descriptor = layer,
                       .diff_id = resolved.config.diff_ids.empty() ? nullptr : &resolved.config.diff_ids[i],
                       .options = options,
                       .capture_bytes = capture_share(resolved.manifest.layers, i, options.limits.capture_bytes),
                       .tally = tally,
                       .running = running,
                       .position = i};
  OCITIDY_TRY(LayerIndex index, known ? read_known_layer(*std::move(reader), scan, *options.known, *known)
                                      : scan_layer(*std::move(reader), scan));
  return Scanned{std::move(index)};
}

/// The `created_by` of each layer: history entries that made no layer are passed over.
std::vector<std::string_view> created_by(const ImageConfig& config, std::size_t layers) {
  std::vector<std::string_view> all;
  for (const HistoryEntry& step : config.history) {
    if (!step.empty_layer) all.push_back(step.created_by);
  }
  // A history that does not fit the layers says nothing reliable about any of them.
  if (all.size() != layers) all.assign(layers, {});
  return all;
}

std::vector<Layer> describe_layers(const ResolvedImage& resolved, const std::vector<Scanned>& scanned) {
  const auto commands = created_by(resolved.config, scanned.size());
  std::vector<Layer> layers;
  layers.reserve(scanned.size());
  for (std::size_t i = 0; i < scanned.size(); ++i) {
    Layer layer;
    layer.descriptor = resolved.manifest.layers[i];
    layer.diff_id = scanned[i].index.diff_id;
    const bool unread = scanned[i].contents != LayerContents::scanned;
    if (unread && i < resolved.config.diff_ids.size()) layer.diff_id = resolved.config.diff_ids[i];
    layer.created_by = commands[i];
    layer.codec = scanned[i].index.codec;
    layer.contents = scanned[i].contents;
    layer.tar_bytes = scanned[i].index.tar_bytes;
    layer.trailing_bytes = scanned[i].index.trailing_bytes;
    layers.push_back(std::move(layer));
  }
  return layers;
}

/// By layer: the known one that has the same members. Counts those, so that whether there are too many entries does not
/// depend on which layer was read first.
std::vector<std::optional<std::uint32_t>> find_known_layers(const ResolvedImage& resolved, const ImageModel* known,
                                                            ScanTally& tally) {
  std::vector<std::optional<std::uint32_t>> all(resolved.manifest.layers.size());
  for (std::size_t i = 0; known != nullptr && i < all.size(); ++i) {
    all[i] = find_known_layer(*known, resolved, i);
    if (all[i]) tally.entries += known->layers()[*all[i]].entries.size();
  }
  return all;
}

/// Largest first: the last layer to start then is a small one, and no core waits for a big one.
std::vector<std::size_t> by_size(const std::vector<Descriptor>& layers) {
  std::vector<std::size_t> order(layers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return layers[a].size_bytes != layers[b].size_bytes ? layers[a].size_bytes > layers[b].size_bytes : a < b;
  });
  return order;
}

}  // namespace

Result<ImageModel> scan_image(const Image& image, ResolvedImage resolved, const ScanOptions& options) {
  const std::size_t count = resolved.manifest.layers.size();
  std::vector<Result<Scanned>> results(count);
  ScanTally tally;
  RunningLayers running(count);
  const auto known = find_known_layers(resolved, options.known, tally);
  const std::vector<std::size_t> order = by_size(resolved.manifest.layers);
  // A thread that finds no layer any more takes one of the jobs behind them.
  parallel_for(count + options.threads, options.threads, [&](std::size_t k) {
    if (k >= count) return running.help();
    const std::size_t i = order[k];
    try {
      results[i] = scan_one(image, resolved, options, i, tally, running, known[i]);
    } catch (...) {
      running.abandon();
      throw;
    }
    running.ended(i);
  });

  std::vector<Scanned> scanned;
  scanned.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!results[i]) return fail_at(std::move(results[i]).error(), cat("layer ", i));
    scanned.push_back(*std::move(results[i]));
  }
  std::vector<Layer> layers = describe_layers(resolved, scanned);
  std::vector<LayerIndex> indexes;
  indexes.reserve(count);
  // All or none: which files would be left out must not depend on which layer was read first.
  const bool too_many_blocks = tally.block_hashes * sizeof(std::uint64_t) > options.limits.block_hash_bytes;
  for (Scanned& one : scanned) {
    if (too_many_blocks) {
      one.index.block_hashes = std::vector<std::uint64_t>();
      one.index.first_block_hash = std::vector<std::uint32_t>();
    }
    indexes.push_back(std::move(one.index));
  }
  return make_model(image, std::move(resolved), std::move(indexes), std::move(layers), options.limits.symlink_steps);
}

}  // namespace ocitidy
