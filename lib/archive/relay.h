// relay.h - a decoder whose work a second thread may take over at any time: it decompresses ahead while the first one
// hashes and walks. Until somebody comes to help, the first does both.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "archive/codec.h"

namespace ocitidy {

/// The same chunks' bytes, and the same errors behind the same bytes, whether somebody helps or not. One thread calls
/// next() and close(); any other may call help() meanwhile.
class Relay : public ByteStream {
 public:
  /// `from` must outlive it, and is the relay's alone until close().
  explicit Relay(Decoder& from) : from_(from) {}
  ~Relay() override { close(); }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  Result<std::span<const std::byte>> next() override;
  /// Decodes ahead, to the end of the stream, to its error, or until close(). Returns at once when there is nothing to
  /// help with. Memory while it runs: kAhead chunks of 256 KiB.
  void help();
  /// There will be no more next(). Waits until the helper has left the decoder.
  void close();

 private:
  enum class By : std::uint8_t { consumer, offered, helper };  // who decodes
  static constexpr std::size_t kAhead = 4;                     // chunks: one is read, one is filled, two even out
  static constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

  Result<std::span<const std::byte>> next_by_consumer(std::unique_lock<std::mutex>& lock);
  void decode_ahead(std::unique_lock<std::mutex>& lock);

  Decoder& from_;
  std::mutex mutex_;
  std::condition_variable changed_;
  By by_ = By::consumer;
  bool helper_inside_ = false, over_ = false, closed_ = false;
  // What a helper has decoded: chunk n lies in ring_[n % kAhead].
  std::array<std::vector<std::byte>, kAhead> ring_;
  std::array<std::size_t, kAhead> sizes_{};
  std::uint64_t filled_ = 0, taken_ = 0;
  bool lent_ = false;           // chunk taken_ is with the consumer
  std::optional<Error> error_;  // behind the last chunk
  std::exception_ptr thrown_;
};

}  // namespace ocitidy
