// running_layers_test.cc - a helper stays as long as there may be something to help with, and no longer.
#include "image/running_layers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace ocitidy {
namespace {

using std::chrono::milliseconds;

/// A plain stream that notes whether the thread `watched` has read it to its end. Fits into what a relay holds ahead.
class Chunks : public ByteStream {
 public:
  explicit Chunks(std::thread::id watched) : watched_(watched) {}
  Result<std::span<const std::byte>> next() override {
    if (left_ > 0) {
      --left_;
      return std::as_bytes(std::span(chunk_));
    }
    if (std::this_thread::get_id() == watched_) ended_by_watched = true;
    return std::span<const std::byte>();
  }
  std::atomic<bool> ended_by_watched = false;

 private:
  std::thread::id watched_;
  int left_ = 3;
  std::string chunk_ = std::string(1000, 'x');
};

/// Reads one source, in a way that gives the helper all the time it wants. Did it help?
bool read_source(RunningLayers& running, std::thread::id helper) {
  Chunks chunks(helper);
  Decoder decoder(chunks);
  HelpedDecoder plain(decoder, running, 0, 1);
  std::this_thread::sleep_for(milliseconds(1));  // it sees that there is something to help with
  std::size_t bytes = 0;
  for (;;) {
    const auto chunk = plain.next();
    EXPECT_TRUE(chunk);
    if (!chunk || chunk->empty()) break;
    bytes += chunk->size();
    std::this_thread::sleep_for(milliseconds(1));  // it is through, and looks for more, before we are
  }
  EXPECT_EQ(bytes, 3000U);
  return chunks.ended_by_watched;
}

TEST(RunningLayers, AHelperComesBackForTheNextSourceOfAJob) {
  RunningLayers running(1);
  std::jthread helper([&] { running.help(); });
  int helped = 0;
  for (int source = 0; source < 500 && helped < 5; ++source) helped += read_source(running, helper.get_id());
  running.ended(0);
  EXPECT_EQ(helped, 5);
}

TEST(RunningLayers, AHelperGoesWhenAllHaveEndedOrNoneWillCome) {
  RunningLayers none(0), all(2), abandoned(2);
  none.help();
  all.ended(1);
  all.ended(0);
  all.help();
  abandoned.ended(0);
  abandoned.abandon();
  abandoned.help();
}

}  // namespace
}  // namespace ocitidy
