// gunzip_test - both ways to read gzip take the same streams, refuse the others, and say the same.
#include "archive/gunzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace ocitidy {
namespace {

/// A member with all optional header fields, or with none.
std::string member(std::string_view text, int level, bool all_fields = false, int strategy = Z_DEFAULT_STRATEGY) {
  z_stream z{};
  deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, strategy);
  std::string extra = "extra field", name = "a name", comment = "a comment";
  gz_header header{};
  header.extra = reinterpret_cast<Bytef*>(extra.data());
  header.extra_len = static_cast<uInt>(extra.size());
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.comment = reinterpret_cast<Bytef*>(comment.data());
  header.hcrc = 1;
  if (all_fields) deflateSetHeader(&z, &header);
  std::string out(deflateBound(&z, text.size()) + 200, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

struct Outcome {
  std::string text;  ///< of the members that were complete, and of the last one what came before it broke
  std::string error;
  std::size_t consumed = 0;  ///< up to the end of the last complete member
  bool operator==(const Outcome&) const = default;
};

/// As the decoder drives it: `in_step` bytes to take at most, `out_step` to give.
Outcome run(std::unique_ptr<Inflater> engine, const std::string& bytes, std::size_t in_step, std::size_t out_step) {
  Outcome outcome;
  std::vector<std::byte> out(out_step);
  const auto all = std::as_bytes(std::span(bytes));
  std::size_t at = 0;
  for (;;) {
    const auto in = all.subspan(at, std::min(in_step, all.size() - at));
    auto step = engine->step(in, out);
    if (!step) {
      outcome.error = step.error().message;
      return outcome;
    }
    outcome.text.append(reinterpret_cast<const char*>(out.data()), step->produced);
    at += step->consumed;
    if (step->member_ended) {
      outcome.consumed = at;
      if (!engine->restart(all.subspan(at))) return outcome;
    } else if (step->consumed == 0 && step->produced == 0) {
      outcome.error = "cut off";
      return outcome;
    }
  }
}

std::string words(std::size_t count, std::mt19937::result_type seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < count) text += std::to_string(random() % 3000) + (random() % 7 == 0 ? "\n" : " of ");
  text.resize(count);
  return text;
}

std::string noise(std::size_t count, std::mt19937::result_type seed) {
  std::mt19937 random(seed);
  std::string text(count, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

void expect_agreement(const std::string& bytes, std::size_t in_step, std::size_t out_step, std::string_view what) {
  const Outcome by_zlib = run(make_zlib_gunzip(), bytes, in_step, out_step);
  const Outcome by_us = run(make_gunzip(), bytes, in_step, out_step);
  ASSERT_EQ(by_us.error, by_zlib.error) << what;
  ASSERT_EQ(by_us.consumed, by_zlib.consumed) << what;
  // Of a broken member the one has given more than the other when it notices.
  if (by_zlib.error.empty()) {
    ASSERT_TRUE(by_us.text == by_zlib.text) << what;
  }
}

TEST(Gunzip, ReadsWhatZlibReadsWhereverTheBytesAreCut) {
  const std::string texts[] = {"", "a", words(70'000, 1), noise(70'000, 2), std::string(300'000, 'x')};
  for (const std::string& text : texts) {
    for (const int level : {0, 1, 6, 9}) {
      for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY}) {
        const std::string bytes = member(text, level, true, strategy) + member("", 6) + member("end", 6);
        for (const std::size_t in_step : {1, 2, 3, 7, 9, 64, 4096, 1 << 20}) {
          const Outcome got = run(make_gunzip(), bytes, in_step, in_step == 1 ? 1 : 1000);
          ASSERT_EQ(got.error, "") << text.size() << ' ' << level << ' ' << in_step;
          ASSERT_TRUE(got.text == text + "end") << text.size() << ' ' << level << ' ' << in_step;
          ASSERT_EQ(got.consumed, bytes.size());
        }
      }
    }
  }
}

TEST(Gunzip, LeavesWhatIsBehindTheMemberAlone) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::string first = member(words(random() % 900, random()), 1 + static_cast<int>(random() % 9));
    const std::string bytes = first + "behind" + noise(random() % 40, random());
    const Outcome got = run(make_gunzip(), bytes, 1 + random() % 50, 1 + random() % 500);
    ASSERT_EQ(got.error, "");
    ASSERT_EQ(got.consumed, first.size());
  }
}

TEST(Gunzip, EveryCutIsSeen) {
  const std::string bytes = member(words(3000, 3), 6, true);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    for (const std::size_t in_step : {std::size_t{1}, std::size_t{5000}}) {
      ASSERT_EQ(run(make_gunzip(), bytes.substr(0, size), in_step, 4096).error, "cut off") << size;
    }
  }
}

TEST(Gunzip, RefusesWhatZlibRefusesInTheSameWords) {
  std::mt19937 random(11);
  const std::string streams[] = {member(words(4000, 4), 6, true), member(noise(3000, 5), 0),
                                 member(words(2500, 6), 6, false, Z_FIXED), member(words(90'000, 8), 9)};
  for (int i = 0; i < 12'000; ++i) {
    std::string bytes = streams[random() % std::size(streams)];
    const std::size_t head = std::min<std::size_t>(bytes.size(), i % 3 == 0 ? 40 : bytes.size());
    for (std::size_t flips = 1 + random() % 3; flips > 0; --flips) {
      char& c = bytes[2 + random() % (head - 2)];  // not the magic: without it nobody asks
      c = static_cast<char>(c ^ (1 << random() % 8));
    }
    expect_agreement(bytes, 1 + random() % 5000, 1 + random() % 5000, "flip " + std::to_string(i));
  }
}

/// Raw deflate of `text` that others can be put behind.
std::string piece(const std::string& text, int flush) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, flush);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(Gunzip, CountsBeyondFourGibibytes) {
  const std::string zeros(1 << 20, '\0'), packed = piece(zeros, Z_FULL_FLUSH);
  constexpr std::uint64_t kPieces = 4097;
  uLong crc = 0;
  const uLong crc_of_one = crc32_z(0, reinterpret_cast<const Bytef*>(zeros.data()), zeros.size());
  for (std::uint64_t i = 0; i < kPieces; ++i) crc = crc32_combine(crc, crc_of_one, 1 << 20);
  std::string trailer = piece("", Z_FINISH);
  for (unsigned i = 0; i < 4; ++i) trailer += static_cast<char>(crc >> (8 * i) & 0xFF);
  trailer += std::string("\0\0\x10\0", 4);  // the length modulo 2^32: 1 MiB

  const auto engine = make_gunzip();
  std::vector<std::byte> out(1 << 20);
  std::uint64_t produced = 0;
  bool ended = false;
  const auto feed = [&](const std::string& bytes) {
    auto in = std::as_bytes(std::span(bytes));
    for (;;) {
      const auto step = engine->step(in, out);
      ASSERT_TRUE(step) << step.error().message << " after " << produced;
      in = in.subspan(step->consumed);
      produced += step->produced;
      ended = step->member_ended;
      if (ended || (in.empty() && step->produced < out.size())) break;
    }
  };
  feed(std::string("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10));
  for (std::uint64_t i = 0; i < kPieces; ++i) feed(packed);
  EXPECT_FALSE(ended);
  feed(trailer);
  EXPECT_TRUE(ended);
  EXPECT_EQ(produced, kPieces << 20);
}

}  // namespace
}  // namespace ocitidy
