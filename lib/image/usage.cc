// usage.cc - where the bytes of an image go: visible, wasted, and the two scores.
#include "image/usage.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace ocitidy {
namespace {

void add(LayerUsage& sum, const LayerUsage& one) {
  sum.entries += one.entries;
  sum.file_bytes += one.file_bytes;
  sum.visible_bytes += one.visible_bytes;
  sum.wasted_bytes += one.wasted_bytes;
}

}  // namespace

std::vector<LayerUsage> layer_usage(const ImageModel& model) {
  std::vector<LayerUsage> all(model.layers().size());
  for (std::uint32_t layer = 0; layer < all.size(); ++layer) {
    LayerUsage& usage = all[layer];
    std::uint32_t index = 0;
    for (const Entry& entry : model.layers()[layer].entries) {
      const EntryId id{layer, index++};
      ++usage.entries;
      if (entry.type != EntryType::file) continue;
      usage.file_bytes += entry.size_bytes;
      (model.hidden_by(id) ? usage.wasted_bytes : usage.visible_bytes) += entry.size_bytes;
    }
  }
  return all;
}

LayerUsage sum_of(std::span<const LayerUsage> usage) {
  LayerUsage total;
  for (const LayerUsage& one : usage) add(total, one);
  return total;
}

double dive_score(const ImageModel& model) {
  struct Copies {
    std::uint64_t smallest = UINT64_MAX, sum = 0;
  };
  // dive keys by path over all layers, counts the whiteout of a file as a copy of no bytes and that of a directory as
  // one copy of all that was below, and knows nothing of opaque directories.
  std::unordered_map<std::string_view, Copies> paths;
  std::uint64_t below_whiteouts = 0;
  for (std::uint32_t layer = 0; layer < model.layers().size(); ++layer) {
    std::uint32_t index = 0;
    for (const Entry& entry : model.layers()[layer].entries) {
      const auto by = model.hidden_by({layer, index++});
      if (by && model.entry(*by).type == EntryType::whiteout && model.entry(*by).path != entry.path) {
        below_whiteouts += entry.size_bytes;
      }
      if (entry.type == EntryType::directory || entry.type == EntryType::opaque) continue;
      Copies& copies = paths[entry.path];
      copies.smallest = std::min(copies.smallest, entry.size_bytes);
      copies.sum += entry.size_bytes;
    }
  }
  std::uint64_t smallest = below_whiteouts, sum = below_whiteouts;
  for (const auto& [path, copies] : paths) {
    smallest += copies.smallest;
    sum += copies.sum;
  }
  return sum == 0 ? 1 : static_cast<double>(smallest) / static_cast<double>(sum);
}

}  // namespace ocitidy
