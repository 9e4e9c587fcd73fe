// relay_test - with a helper or without, early or late: the same bytes, the same errors, and nobody waits for ever.
#include "archive/relay.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <random>
#include <string>
#include <thread>

namespace ocitidy {
namespace {

/// Plain chunks that say where they stand, then an end, an error or an exception.
class Source : public ByteStream {
 public:
  enum class Ending : std::uint8_t { end, error, exception };
  Source(std::size_t chunks, Ending ending) : chunks_(chunks), ending_(ending) {}

  Result<std::span<const std::byte>> next() override {
    const bool alone = !busy_.exchange(true);
    EXPECT_TRUE(alone) << "two threads in one stream";
    if (at_ < chunks_) {
      chunk_.assign(1000 + at_ % 50, static_cast<char>('a' + at_ % 26));
      ++at_;
      busy_ = false;
      return std::as_bytes(std::span(chunk_));
    }
    busy_ = false;
    if (ending_ == Ending::error) return fail(Code::corrupt, "broken here");
    if (ending_ == Ending::exception) throw std::bad_alloc();
    return std::span<const std::byte>();
  }

 private:
  std::size_t chunks_, at_ = 0;
  Ending ending_;
  std::string chunk_;
  std::atomic<bool> busy_ = false;
};

std::string expected(std::size_t chunks) {
  std::string all;
  for (std::size_t i = 0; i < chunks; ++i) all.append(1000 + i % 50, static_cast<char>('a' + i % 26));
  return all;
}

/// Reads all, and lets a helper come when `bytes` have been read.
Result<std::string> read_all(Relay& relay, std::size_t helped_from_bytes, std::jthread& helper) {
  std::string all;
  for (;;) {
    if (all.size() >= helped_from_bytes && !helper.joinable()) helper = std::jthread([&] { relay.help(); });
    OCITIDY_TRY(const auto chunk, relay.next());
    if (chunk.empty()) return all;
    all.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  }
}

TEST(Relay, GivesTheSameBytesWheneverHelpComes) {
  for (const std::size_t chunks : {0U, 1U, 3U, 700U}) {
    for (const std::size_t helped_from : {std::size_t{0}, std::size_t{500}, std::size_t{300'000}, SIZE_MAX}) {
      Source source(chunks, Source::Ending::end);
      Decoder decoder(source);
      Relay relay(decoder);
      std::jthread helper;
      EXPECT_EQ(read_all(relay, helped_from, helper).value(), expected(chunks)) << chunks << ' ' << helped_from;
      EXPECT_TRUE(relay.next().value().empty()) << "the end stays the end";
    }
  }
}

TEST(Relay, TheErrorComesBehindTheSameBytes) {
  for (const std::size_t helped_from : {std::size_t{0}, std::size_t{50'000}, SIZE_MAX}) {
    Source source(300, Source::Ending::error);
    Decoder decoder(source);
    Relay relay(decoder);
    std::jthread helper;
    std::size_t bytes = 0;
    Result<std::span<const std::byte>> chunk;
    do {
      if (bytes >= helped_from && !helper.joinable()) helper = std::jthread([&] { relay.help(); });
      chunk = relay.next();
      if (chunk) bytes += chunk->size();
    } while (chunk);
    EXPECT_EQ(chunk.error().message, "broken here");
    EXPECT_EQ(bytes, expected(300).size());
  }
}

TEST(Relay, ABadAllocOfTheHelperIsTheReaders) {
  Source source(300, Source::Ending::exception);
  Decoder decoder(source);
  Relay relay(decoder);
  std::jthread helper;
  EXPECT_THROW((void)read_all(relay, 0, helper), std::bad_alloc);
}

TEST(Relay, WhoeverLeavesEarlyIsNotWaitedFor) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    Source source(2000, Source::Ending::end);
    Decoder decoder(source);
    Relay relay(decoder);
    std::jthread helper([&] { relay.help(); });
    std::jthread second([&] { relay.help(); });  // finds that there is one already, or helps in its place
    for (std::size_t reads = random() % 60; reads > 0; --reads) ASSERT_TRUE(relay.next());
    relay.close();
    ASSERT_TRUE(decoder.next()) << "the decoder is the caller's again";
  }
}

TEST(Relay, HelpForWhatIsOverReturnsAtOnce) {
  Source source(1, Source::Ending::end);
  Decoder decoder(source);
  Relay relay(decoder);
  while (!relay.next().value().empty()) {
  }
  relay.help();
  relay.close();
  relay.help();
}

}  // namespace
}  // namespace ocitidy
