// model_impl.h - what an ImageModel holds.
#pragma once

#include <vector>

#include "image/layer_index.h"
#include "image/merged_tree.h"
#include "image/visible_tree.h"
#include "oci/resolve.h"

namespace ocitidy {

struct ImageModel::Impl {
  Impl(Image from, ResolvedImage documents, std::vector<LayerIndex> scanned, std::vector<Layer> described,
       std::uint32_t symlink_steps)
      : source(std::move(from)),
        resolved(std::move(documents)),
        indexes(std::move(scanned)),
        layers(std::move(described)),
        tree(MergedTree(indexes, symlink_steps)) {}

  /// Where all of a layer but its entries stands.
  const LayerIndex& facts(std::uint32_t layer) const {
    return indexes[layer].lender != nullptr ? *indexes[layer].lender : indexes[layer];
  }

  Image source;
  ResolvedImage resolved;
  std::vector<LayerIndex> indexes;
  std::vector<Layer> layers;  // views into `indexes` and `resolved`
  VisibleTree tree;           // refers to `indexes`
};

/// A layer of `from` for another model, which must not outlive `from`: the entries are copied, without what the merge
/// said of them, since another merge will; all else stays where it is. Cost: sizeof(Entry) a member.
LayerIndex lent_index(const ImageModel& from, std::uint32_t layer);

/// Merges layers into a model. `described` is parallel to `scanned`; its entries are set here.
ImageModel make_model(Image source, ResolvedImage documents, std::vector<LayerIndex> scanned,
                      std::vector<Layer> described, std::uint32_t symlink_steps);

}  // namespace ocitidy
