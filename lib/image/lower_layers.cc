// lower_layers.cc - see lower_layers.h.
#include "image/lower_layers.h"

#include "image/model_impl.h"

namespace ocitidy {
namespace {

/// What only the merge can know is set by the merge of the lower layers anew.
constexpr Oddity kOfTheMerge = Oddity::duplicate_member | Oddity::missing_parent | Oddity::parent_not_directory |
                               Oddity::dangling_link | Oddity::cross_layer_link | Oddity::link_to_directory |
                               Oddity::dangling_whiteout | Oddity::too_many_symlinks;

LayerIndex index_of(const ImageModel& image, std::uint32_t layer) {
  LayerIndex index;
  const auto entries = image.layers()[layer].entries;
  index.entries.assign(entries.begin(), entries.end());
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    Entry& entry = index.entries[i];
    entry.oddities = Oddity(std::uint32_t(entry.oddities) & ~std::uint32_t(kOfTheMerge));
    entry.owner = 0;
    const auto xattrs = image.xattrs({layer, i});
    entry.first_xattr = static_cast<std::uint32_t>(index.xattrs.size());
    index.xattrs.insert(index.xattrs.end(), xattrs.begin(), xattrs.end());
  }
  return index;
}

}  // namespace

ImageModel lower_layers(const ImageModel& image, std::uint32_t count, std::uint32_t symlink_steps) {
  std::vector<LayerIndex> indexes;
  std::vector<Layer> layers(image.layers().begin(), image.layers().begin() + count);
  for (std::uint32_t layer = 0; layer < count; ++layer) indexes.push_back(index_of(image, layer));
  return make_model(image.source(), {}, std::move(indexes), std::move(layers), symlink_steps);
}

}  // namespace ocitidy
