// merge-layers: neighbouring layers become one.
// Why and examples: docs/passes/merge-layers.md
#include <algorithm>

#include "base/text.h"
#include "ocitidy/coldstart.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// Bytes a layer has when it is stored, as far as that is known before it is written.
std::uint64_t stored_bytes(const ImageModel& image, const PlannedLayer& layer) {
  std::uint64_t sum = 0;
  for (std::uint32_t i = layer.first_source; i <= layer.last_source; ++i) {
    sum += image.layers()[i].descriptor.size_bytes;
  }
  return sum;
}

void merge(Plan& plan, std::uint32_t first, std::uint32_t last, std::string_view why) {
  if (first >= last) return;
  plan.merge(first, last);
  plan.record({.kind = Edit::Kind::layer,
               .layer = first,
               .path = "",
               .detail = cat("layers ", first, " to ", last, " become one: ", why)});
}

/// The two own neighbours that are smallest together; none when fewer than two are left.
std::optional<std::size_t> smallest_pair(const ImageModel& image, const Plan& plan) {
  std::optional<std::size_t> best;
  std::uint64_t best_bytes = UINT64_MAX;
  const auto& layers = plan.layers();
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    if (layers[i].first_source < plan.base_layers()) continue;
    const std::uint64_t bytes = stored_bytes(image, layers[i]) + stored_bytes(image, layers[i + 1]);
    if (bytes < best_bytes) best_bytes = bytes, best = i;
  }
  return best;
}

void merge_pairs_until(const PassInput& in, Plan& plan, std::uint32_t most) {
  while (plan.layers().size() > most) {
    const auto pair = smallest_pair(in.image, plan);
    if (!pair)
      return plan.note(cat("merge-layers: --max-layers ", most, " cannot be reached without touching the base"));
    merge(plan, plan.layers()[*pair].first_source, plan.layers()[*pair + 1].last_source,
          cat("at most ", most, " layers were asked for"));
  }
}

void merge_small(const PassInput& in, Plan& plan, std::uint64_t below_bytes) {
  for (std::size_t i = 0; i + 1 < plan.layers().size();) {
    const PlannedLayer &a = plan.layers()[i], &b = plan.layers()[i + 1];
    const bool small = stored_bytes(in.image, a) < below_bytes && stored_bytes(in.image, b) < below_bytes;
    if (a.first_source < plan.base_layers() || !small) {
      ++i;
      continue;
    }
    merge(plan, a.first_source, b.last_source, cat("both are under ", human_bytes(below_bytes)));
  }
}

/// What a squash may cost at the next deployment. Source: Brooker et al., USENIX ATC 2023, for the chunks.
std::string squash_note(const ImageModel& image, std::uint32_t first_layer) {
  std::uint64_t bytes = 0;
  for (const Layer& layer : image.layers().subspan(first_layer)) bytes += layer.tar_bytes;
  return cat(
      "--squash: Lambda shares 512 KiB chunks between images. A layer made of several moves with every build: about ",
      bytes / kColdStartChunkBytes + 1, " chunks are new each time (an estimate: nothing was run on Lambda)");
}

Outcome plan(const PassInput& in, Plan& plan) {
  const OptimizeOptions& options = in.options;
  const auto count = static_cast<std::uint32_t>(in.image.layers().size());
  const bool squash = options.squash == OptimizeOptions::Squash::own_layers;
  const std::uint32_t max_layers = in.has("pack-layers") ? 0 : options.max_layers.value_or(0);
  if (!squash && !options.merge_range && max_layers == 0 && options.merge_below_bytes == 0) {
    return Outcome::not_applicable("no merging was asked for (--squash, --merge, --merge-below, --max-layers)");
  }
  if (squash && plan.base_layers() + 1 < count) {
    merge(plan, plan.base_layers(), count - 1, "squashed");
    plan.note(squash_note(in.image, plan.base_layers()));
  }
  if (options.merge_range) {
    const std::uint32_t first = std::max(options.merge_range->first, plan.base_layers());
    if (first != options.merge_range->first)
      plan.note("merge-layers: layers of the base stay apart without --touch-base");
    merge(plan, first, options.merge_range->second, "asked for");
  }
  if (options.merge_below_bytes > 0) merge_small(in, plan, options.merge_below_bytes);
  if (max_layers != 0) merge_pairs_until(in, plan, max_layers);
  return Outcome::checked();
}

}  // namespace

constinit const Pass merge_layers = {
    .info = {.id = "merge-layers", .title = "Merge neighbouring layers", .since = "0.1.0", .safety = Safety::relayout},
    .plan = plan};

}  // namespace ocitidy::passes
