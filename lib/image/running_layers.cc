// running_layers.cc - see running_layers.h.
#include "image/running_layers.h"

#include <algorithm>
#include <utility>

namespace ocitidy {

void RunningLayers::began(std::size_t i, std::uint64_t size_bytes, std::shared_ptr<Relay> relay) {
  const std::scoped_lock lock(mutex_);
  layers_[i] = {.stage = Layer::Stage::alone, .size_bytes = size_bytes, .relay = std::move(relay)};
  changed_.notify_all();
}

void RunningLayers::paused(std::size_t i) {
  const std::scoped_lock lock(mutex_);
  layers_[i] = {};
  changed_.notify_all();
}

void RunningLayers::ended(std::size_t i) {
  const std::scoped_lock lock(mutex_);
  layers_[i] = {.stage = Layer::Stage::ended, .size_bytes = 0, .relay = nullptr};
  changed_.notify_all();
}

void RunningLayers::abandon() {
  const std::scoped_lock lock(mutex_);
  abandoned_ = true;
  changed_.notify_all();
}

RunningLayers::Layer* RunningLayers::largest_alone() {
  Layer* largest = nullptr;
  for (Layer& layer : layers_) {
    if (layer.stage != Layer::Stage::alone) continue;
    if (largest == nullptr || layer.size_bytes > largest->size_bytes) largest = &layer;
  }
  return largest;
}

void RunningLayers::help() {
  std::unique_lock lock(mutex_);
  for (;;) {
    Layer* layer = nullptr;
    // A layer that has a helper may yet begin again: a writer reads several, one after another.
    changed_.wait(lock, [&] {
      layer = largest_alone();
      const auto is_over = [](const Layer& one) { return one.stage == Layer::Stage::ended; };
      return layer != nullptr || abandoned_ || std::ranges::all_of(layers_, is_over);
    });
    if (layer == nullptr) return;
    layer->stage = Layer::Stage::helped;
    const std::shared_ptr<Relay> relay = layer->relay;
    lock.unlock();
    relay->help();
    lock.lock();
  }
}

void HelpedDecoder::close() {
  running_.paused(position_);
  relay_->close();
}

}  // namespace ocitidy
