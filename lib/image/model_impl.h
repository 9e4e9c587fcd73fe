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

  Image source;
  ResolvedImage resolved;
  std::vector<LayerIndex> indexes;
  std::vector<Layer> layers;  // views into `indexes` and `resolved`
  VisibleTree tree;           // refers to `indexes`
};

/// Merges layers into a model. `described` is parallel to `scanned`; its entries are set here.
ImageModel make_model(Image source, ResolvedImage documents, std::vector<LayerIndex> scanned,
                      std::vector<Layer> described, std::uint32_t symlink_steps);

}  // namespace ocitidy
