// lower_layers.cc - see lower_layers.h.
#include "image/lower_layers.h"

#include "image/model_impl.h"

namespace ocitidy {

ImageModel lower_layers(const ImageModel& image, std::uint32_t count, std::uint32_t symlink_steps) {
  std::vector<LayerIndex> indexes;
  std::vector<Layer> layers(image.layers().begin(), image.layers().begin() + count);
  for (std::uint32_t layer = 0; layer < count; ++layer) indexes.push_back(lent_index(image, layer));
  return make_model(image.source(), {}, std::move(indexes), std::move(layers), symlink_steps);
}

}  // namespace ocitidy
