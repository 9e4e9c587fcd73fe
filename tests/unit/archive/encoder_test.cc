// encoder_test - the same bytes whatever the threads, and every decoder reads them.
#include "archive/encoder.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <random>
#include <string>

#include "archive/codec.h"

namespace ocitidy {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr Compression kGzip{.codec = Codec::gzip}, kZstd{.codec = Codec::zstd}, kNone{.codec = Codec::none};
constexpr Compression kFastGzip{.codec = Codec::gzip, .effort = Effort::fast};
constexpr Compression kBestGzip{.codec = Codec::gzip, .effort = Effort::best};
constexpr Compression kFastZstd{.codec = Codec::zstd, .effort = Effort::fast};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

Sink into(std::string& out) {
  return [&out](std::span<const std::byte> bytes) -> Result<void> {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  };
}

/// Text with repetitions near and far, as in layers; not the same anywhere.
std::string sample(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  text.reserve(size + 64);
  while (text.size() < size) {
    if (text.size() > 100 && random() % 3 != 0) {
      const std::size_t back = 1 + random() % std::min<std::size_t>(text.size(), 40'000);
      text += text.substr(text.size() - back, 4 + random() % 40);
    } else {
      for (int i = 0; i < 20; ++i) text += static_cast<char>(random() % 256);
    }
  }
  text.resize(size);
  return text;
}

std::string noise(std::size_t size) {
  std::mt19937 random(11);
  std::string text(size, '\0');
  std::ranges::generate(text, [&] { return static_cast<char>(random()); });
  return text;
}

std::string encoded(const Compression& compression, unsigned threads, std::string_view text, std::size_t piece) {
  EncoderPool pool(threads);
  std::string out;
  const auto encoder = make_encoder(compression, pool, into(out));
  for (std::size_t at = 0; at < text.size(); at += piece) {
    EXPECT_TRUE(encoder->write(bytes_of(text.substr(at, piece))));
  }
  EXPECT_TRUE(encoder->finish());
  return out;
}

class Whole : public ByteStream {
 public:
  explicit Whole(std::string_view text) : text_(text) {}
  Result<std::span<const std::byte>> next() override { return bytes_of(std::exchange(text_, {})); }

 private:
  std::string_view text_;
};

std::string decoded(std::string_view packed) {
  Whole stream(packed);
  Decoder decoder(stream);
  std::string out;
  for (;;) {
    const auto chunk = decoder.next();
    if (!chunk) return "error: " + describe(chunk.error());
    if (chunk->empty()) break;
    out.append(reinterpret_cast<const char*>(chunk->data()), chunk->size());
  }
  EXPECT_EQ(decoder.trailing_bytes(), 0U);
  return out;
}

struct Inflated {
  std::string text;
  std::vector<std::size_t> members;  ///< plain bytes of each; CRC and length were right
  bool ended = false;                ///< the last byte was that of a member's trailer
};

/// By zlib alone, member by member.
Inflated inflated(std::string_view packed) {
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, 15 + 16), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  Inflated result;
  std::string buffer(1 << 20, '\0');
  int code = Z_OK;
  while (code == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(buffer.data());
    z.avail_out = static_cast<uInt>(buffer.size());
    code = inflate(&z, Z_NO_FLUSH);
    result.text.append(buffer, 0, buffer.size() - z.avail_out);
    if (code != Z_STREAM_END) continue;
    result.members.push_back(z.total_out);
    result.ended = z.avail_in == 0;
    if (!result.ended) code = inflateReset(&z);
  }
  inflateEnd(&z);
  return result;
}

TEST(Encoder, GivesTheSameBytesForAnyThreadsAndPieces) {
  const std::string text = sample(5 * kBlockBytes + 12'345);
  for (const Compression& compression : {kGzip, kFastGzip, kBestGzip, kZstd, kFastZstd}) {
    const std::string expected = encoded(compression, 1, text, text.size());
    EXPECT_LT(expected.size(), text.size());
    EXPECT_TRUE(decoded(expected) == text);
    for (const unsigned threads : {0U, 2U, 3U, 8U}) {
      EXPECT_TRUE(encoded(compression, threads, text, text.size()) == expected) << threads;
      EXPECT_TRUE(encoded(compression, threads, text, 512) == expected) << threads;
      EXPECT_TRUE(encoded(compression, threads, text, 33'333) == expected) << threads;
      EXPECT_TRUE(encoded(compression, threads, text, kBlockBytes) == expected) << threads;
    }
    EXPECT_TRUE(encoded(compression, 2, text.substr(0, 9'000), 1) ==
                encoded(compression, 1, text.substr(0, 9'000), 9'000));
  }
}

TEST(Encoder, KeepsEveryByteAroundBlockBoundaries) {
  const std::string text = sample(2 * kBlockBytes + 1);
  for (const std::size_t blocks : {1, 2}) {
    for (const std::size_t size : {blocks * kBlockBytes - 1, blocks * kBlockBytes, blocks * kBlockBytes + 1}) {
      const std::string_view part = std::string_view(text).substr(0, size);
      for (const Compression& compression : {kGzip, kFastGzip, kZstd, kNone}) {
        EXPECT_TRUE(decoded(encoded(compression, 2, part, 100'000)) == part) << size;
      }
      for (const Compression& compression : {kGzip, kFastGzip}) {
        const Inflated whole = inflated(encoded(compression, 2, part, size));
        EXPECT_TRUE(whole.text == part);
        EXPECT_TRUE(whole.ended);
        EXPECT_EQ(whole.members.size(), (size + kBlockBytes - 1) / kBlockBytes);
        for (std::size_t i = 0; i + 1 < whole.members.size(); ++i) EXPECT_EQ(whole.members[i], kBlockBytes);
      }
    }
  }
}

TEST(Encoder, NothingIsAValidStreamToo) {
  for (const Compression& compression : {kGzip, kFastGzip, kBestGzip}) {
    const std::string gzip = encoded(compression, 2, "", 1);
    EXPECT_LT(gzip.size(), 30U);
    EXPECT_TRUE(inflated(gzip).ended);
    EXPECT_EQ(inflated(gzip).members, std::vector<std::size_t>{0});
    EXPECT_EQ(decoded(gzip), "");
  }
  EXPECT_EQ(decoded(encoded(kZstd, 2, "", 1)), "");
  EXPECT_EQ(encoded(kNone, 2, "", 1), "");
  // Empty writes are nothing, too.
  EncoderPool pool(2);
  for (const Compression& compression : {kGzip, kZstd, kNone}) {
    std::string out;
    const auto encoder = make_encoder(compression, pool, into(out));
    EXPECT_TRUE(encoder->write({}));
    EXPECT_TRUE(encoder->finish());
    EXPECT_EQ(out, encoded(compression, 2, "", 1));
  }
}

TEST(Encoder, GzipMembersSayNeitherTimeNorSystem) {
  const std::string text = sample(2 * kBlockBytes + 5);
  std::vector<Compression> all{kFastGzip};
  for (int level = 1; level <= 12; ++level) all.push_back({.codec = Codec::gzip, .level = level});
  for (const Compression& compression : all) {
    const std::string packed = encoded(compression, 2, text, 77'777);
    // Deflate; no flags; no time; a word on the level; 255: of no known system.
    EXPECT_EQ(packed.substr(0, 8), std::string_view("\x1F\x8B\x08\0\0\0\0\0", 8));
    EXPECT_EQ(packed[9], '\xFF');
    const Inflated whole = inflated(packed);
    EXPECT_TRUE(whole.text == text);
    EXPECT_TRUE(whole.ended);
    EXPECT_EQ(whole.members, (std::vector<std::size_t>{kBlockBytes, kBlockBytes, 5}));
    EXPECT_TRUE(decoded(packed) == text);
  }
}

TEST(Encoder, MoreEffortIsSmaller) {
  const std::string text = sample(3 * kBlockBytes);
  for (const Codec codec : {Codec::gzip, Codec::zstd}) {
    const auto size = [&](Effort effort) {
      return encoded({.codec = codec, .level = 0, .effort = effort}, 2, text, text.size()).size();
    };
    EXPECT_LT(size(Effort::best), size(Effort::normal));
    EXPECT_LT(size(Effort::normal), size(Effort::fast));
  }
}

TEST(Encoder, NoiseGrowsALittleOnly) {
  const std::string text = noise(3 * kBlockBytes + 17);
  for (const Compression& compression : {kGzip, kFastGzip, kBestGzip, kZstd, kFastZstd}) {
    const std::string packed = encoded(compression, 4, text, 4'321);
    EXPECT_TRUE(decoded(packed) == text);
    EXPECT_LT(packed.size(), text.size() + text.size() / 1000);
  }
}

TEST(Encoder, LevelsOutOfRangeAreTheNearestAndZeroIsTheDefault) {
  const std::string text = sample(100'000);
  const auto at = [&](Codec codec, int level) {
    return encoded({.codec = codec, .level = level}, 1, text, text.size());
  };
  EXPECT_TRUE(at(Codec::gzip, 0) == at(Codec::gzip, 4));
  EXPECT_TRUE(at(Codec::gzip, 99) == at(Codec::gzip, 12));
  EXPECT_TRUE(at(Codec::gzip, -5) == at(Codec::gzip, 1));
  EXPECT_TRUE(at(Codec::zstd, 0) == at(Codec::zstd, 3));
  EXPECT_TRUE(at(Codec::zstd, 22) == at(Codec::zstd, 19));
  EXPECT_FALSE(at(Codec::gzip, 1) == at(Codec::gzip, 9));
  EXPECT_FALSE(at(Codec::zstd, 1) == at(Codec::zstd, 19));
  // A level is more than an effort.
  EXPECT_TRUE(encoded({.codec = Codec::gzip, .level = 4, .effort = Effort::fast}, 1, text, text.size()) ==
              at(Codec::gzip, 4));
}

TEST(Encoder, ZstdIsOneFrameWithAChecksum) {
  const std::string packed = encoded(kZstd, 2, sample(2 * kBlockBytes), 100'000);
  EXPECT_EQ(ZSTD_findFrameCompressedSize(packed.data(), packed.size()), packed.size());
  EXPECT_NE(static_cast<unsigned char>(packed.at(4)) & 4, 0);  // RFC 8878 3.1.1.1.1: Content_Checksum_flag
}

TEST(Encoder, NonePassesThrough) {
  const std::string text = noise(10'000);
  EXPECT_EQ(encoded(kNone, 2, text, 999), text);
}

TEST(Encoder, AnErrorOfTheSinkStopsItForGood) {
  const std::string text = noise(kBlockBytes);
  for (const Compression& compression : {kGzip, kZstd, kNone}) {
    for (const unsigned threads : {1U, 3U}) {
      EncoderPool pool(threads);
      int calls = 0;
      const auto encoder = make_encoder(compression, pool, [&](std::span<const std::byte>) -> Result<void> {
        return ++calls < 3 ? Result<void>{} : fail(Code::io, "disk full");
      });
      Result<void> result;
      for (int i = 0; i < 30 && result; ++i) result = encoder->write(bytes_of(text));
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().message, "disk full");
      for (const auto& again : {encoder->write(bytes_of(text)), encoder->write({}), encoder->finish()}) {
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, Code::io);
      }
      EXPECT_EQ(calls, 3);
    }
  }
}

TEST(Encoder, AnErrorAtTheVeryEndIsSeen) {
  EncoderPool pool(2);
  for (const Compression& compression : {kGzip, kZstd}) {
    const auto encoder =
        make_encoder(compression, pool, [](std::span<const std::byte>) -> Result<void> { return fail(Code::io, "x"); });
    EXPECT_TRUE(encoder->write(bytes_of("short")));
    EXPECT_FALSE(encoder->finish());
    EXPECT_FALSE(encoder->finish());
  }
}

TEST(Encoder, NothingFollowsFinish) {
  EncoderPool pool(2);
  for (const Compression& compression : {kGzip, kZstd, kNone}) {
    std::string out;
    const auto encoder = make_encoder(compression, pool, into(out));
    EXPECT_TRUE(encoder->write(bytes_of("abc")));
    EXPECT_TRUE(encoder->finish());
    const std::size_t size = out.size();
    for (const auto& late : {encoder->write(bytes_of("x")), encoder->finish()}) {
      ASSERT_FALSE(late);
      EXPECT_EQ(late.error().code, Code::internal);
    }
    EXPECT_EQ(out.size(), size);
  }
}

TEST(Encoder, MayBeDroppedAtAnyTime) {
  const std::string text = noise(kBlockBytes);
  for (const Compression& compression : {kGzip, kZstd, kNone}) {
    for (int writes = 0; writes < 6; ++writes) {
      std::string out;
      {
        EncoderPool pool(3);
        const auto encoder = make_encoder(compression, pool, into(out));
        for (int i = 0; i < writes; ++i) EXPECT_TRUE(encoder->write(bytes_of(text)));
      }
      // And behind the end of its pool.
      auto pool = std::make_unique<EncoderPool>(2);
      const auto encoder = make_encoder(compression, *pool, into(out));
      for (int i = 0; i < writes; ++i) EXPECT_TRUE(encoder->write(bytes_of(text)));
      pool.reset();
    }
  }
}

TEST(Encoder, HoldsFewBlocksBackAtATime) {
  const std::string text = noise(12 * kBlockBytes);
  constexpr unsigned kThreads = 3;
  EncoderPool pool(kThreads);
  std::string out;
  const auto encoder = make_encoder(kGzip, pool, into(out));
  for (std::size_t blocks = 1; blocks <= 12; ++blocks) {
    ASSERT_TRUE(encoder->write(bytes_of(text).subspan((blocks - 1) * kBlockBytes, kBlockBytes)));
    // One is being filled, threads + 1 are under way.
    EXPECT_GE(inflated(out).members.size() + kThreads + 2, blocks);
  }
}

TEST(Encoder, ManyTogetherHoldFewBlocksBack) {
  const std::string text = noise(12 * kBlockBytes);
  constexpr unsigned kThreads = 2, kEncoders = 10;
  EncoderPool pool(kThreads);
  std::vector<std::string> outs(kEncoders);
  std::vector<std::unique_ptr<Encoder>> encoders;
  std::size_t held = 0;
  for (std::string& out : outs) {
    encoders.push_back(make_encoder(kGzip, pool, into(out)));
    ASSERT_TRUE(encoders.back()->write(bytes_of(text)));
    held += 12 - inflated(out).members.size();
  }
  // One that is being filled and one under way for each, and what the pool grants to all together.
  EXPECT_LE(held, 2 * kEncoders + 2 * (kThreads + 1));
  for (const auto& encoder : encoders) EXPECT_TRUE(encoder->finish());
  for (const std::string& out : outs) EXPECT_TRUE(out == outs[0]);
  EXPECT_TRUE(inflated(outs[0]).text == text);
}

TEST(Encoder, SeveralShareOnePool) {
  const std::string text = sample(3 * kBlockBytes);
  const std::string expected = encoded(kGzip, 1, text, text.size());
  EncoderPool pool(2);
  std::vector<std::string> outs(4);
  std::vector<Job> jobs;
  // Themselves jobs of the pool that they wait for.
  for (std::string& out : outs) {
    jobs.push_back(pool.workers().submit([&] {
      const auto encoder = make_encoder(kGzip, pool, into(out));
      EXPECT_TRUE(encoder->write(bytes_of(text)));
      EXPECT_TRUE(encoder->finish());
    }));
  }
  for (const Job& job : jobs) job.wait();
  for (const std::string& out : outs) EXPECT_TRUE(out == expected);
}

TEST(Encoder, NamesTheLibraryThatMadeTheBytes) {
  EXPECT_EQ(codec_library_version(kGzip), "libdeflate " LIBDEFLATE_VERSION_STRING);
  EXPECT_EQ(codec_library_version(kBestGzip), codec_library_version(kGzip));
  EXPECT_EQ(codec_library_version({.codec = Codec::gzip, .level = 1, .effort = Effort::fast}),
            codec_library_version(kGzip));
  EXPECT_EQ(codec_library_version(kZstd), std::string("libzstd ") + ZSTD_versionString());
  EXPECT_EQ(codec_library_version(kNone), "");
  // isa-l, where it is there, makes other bytes than libdeflate at its lowest level.
  const std::string text = sample(100'000);
  const bool is_deflate =
      encoded(kFastGzip, 1, text, text.size()) == encoded({.codec = Codec::gzip, .level = 1}, 1, text, text.size());
  EXPECT_EQ(codec_library_version(kFastGzip).starts_with("libdeflate "), is_deflate);
  EXPECT_EQ(codec_library_version(kFastGzip).starts_with("isa-l "), !is_deflate);
}

}  // namespace
}  // namespace ocitidy
