// running_layers.h - the layers that are being read, so that a thread without a layer of its own can help with one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "archive/relay.h"

namespace ocitidy {

/// All functions may be called from any thread.
class RunningLayers {
 public:
  /// `layers` will begin or end, unless abandon() is called.
  explicit RunningLayers(std::size_t layers) : layers_(layers) {}

  /// Layer `i` can be helped from now on. Its relay may be held longer than until it ends, but not used.
  void began(std::size_t i, std::uint64_t size_bytes, std::shared_ptr<Relay> relay);
  /// Layer `i` cannot be helped until it begins again, or ends.
  void paused(std::size_t i);
  /// Nothing is left to do for layer `i`, or nothing ever was.
  void ended(std::size_t i);
  /// Layers that have not begun never will.
  void abandon();

  /// Helps with one layer after the other, the largest first, until all have ended.
  void help();

 private:
  struct Layer {
    enum class Stage : std::uint8_t { waiting, alone, helped, ended };
    Stage stage = Stage::waiting;
    std::uint64_t size_bytes = 0;
    std::shared_ptr<Relay> relay;
  };

  Layer* largest_alone();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Layer> layers_;
  bool abandoned_ = false;
};

/// A decoder that other threads may help with while this lives. Whatever is thrown: none of them is in the decoder any
/// more when it goes.
class HelpedDecoder : public ByteStream {
 public:
  /// Layer `i` of `running` begins. All must outlive this; `size_bytes` is how much there is to help with.
  HelpedDecoder(Decoder& from, RunningLayers& running, std::size_t i, std::uint64_t size_bytes)
      : relay_(std::make_shared<Relay>(from)), running_(running), position_(i) {
    running.began(i, size_bytes, relay_);
  }
  ~HelpedDecoder() override { close(); }
  HelpedDecoder(const HelpedDecoder&) = delete;
  HelpedDecoder& operator=(const HelpedDecoder&) = delete;

  Result<std::span<const std::byte>> next() override { return relay_->next(); }
  /// There will be no more next(). The decoder is the caller's alone again.
  void close();

 private:
  const std::shared_ptr<Relay> relay_;
  RunningLayers& running_;
  const std::size_t position_;
};

}  // namespace ocitidy
