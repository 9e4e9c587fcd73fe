// codec_test - decompression: members, frames, padding, junk, cuts.
#include "archive/codec.h"

#include <gtest/gtest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

namespace ocitidy {
namespace {

/// Lends a string in chunks of a chosen size: boundaries fall everywhere.
class Chunks : public ByteStream {
 public:
  Chunks(std::string bytes, std::size_t size) : bytes_(std::move(bytes)), size_(size) {}
  Result<std::span<const std::byte>> next() override {
    const std::size_t count = std::min(size_, bytes_.size() - at_);
    const auto chunk = std::as_bytes(std::span(bytes_)).subspan(at_, count);
    at_ += count;
    return chunk;
  }

 private:
  std::string bytes_;
  std::size_t size_, at_ = 0;
};

std::string gzip(std::string_view text) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string xz(std::string_view text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                                    text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

struct Decoded {
  Result<std::string> text;
  Magic magic = Magic::none;
  std::uint64_t trailing_bytes = 0;
};

Decoded decode(const std::string& bytes, std::size_t chunk_size) {
  Chunks chunks(bytes, chunk_size);
  Decoder decoder(chunks);
  std::string all;
  for (;;) {
    auto chunk = decoder.next();
    if (!chunk) return {fail(chunk.error()), decoder.magic(), decoder.trailing_bytes()};
    if (chunk->empty()) return {all, decoder.magic(), decoder.trailing_bytes()};
    all.append(reinterpret_cast<const char*>(chunk->data()), chunk->size());
  }
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919 % 10'007) + ' ';
  return text;
}

const std::size_t kChunkSizes[] = {1, 2, 3, 7, 4096, 1 << 20};

TEST(Decoder, RoundTripsEveryCodecAtEveryChunkSize) {
  const std::string text = long_text();
  for (const std::size_t size : kChunkSizes) {
    EXPECT_EQ(decode(text, size).text.value(), text) << "plain";
    EXPECT_EQ(decode(gzip(text), size).text.value(), text) << "gzip";
    EXPECT_EQ(decode(zstd(text), size).text.value(), text) << "zstd";
    EXPECT_EQ(decode(xz(text), size).text.value(), text) << "xz";
  }
}

TEST(Decoder, JoinsGzipMembersAndZstdFrames) {
  const std::string skippable("\x5A\x2A\x4D\x18\x03\x00\x00\x00xyz", 11);
  for (const std::size_t size : kChunkSizes) {
    EXPECT_EQ(decode(gzip("one ") + gzip("") + gzip("two"), size).text.value(), "one two");
    EXPECT_EQ(decode(zstd("one ") + skippable + zstd("two"), size).text.value(), "one two");
    EXPECT_EQ(decode(skippable + zstd("two"), size).text.value(), "two") << "skippable frame first";
  }
}

TEST(Decoder, PassesOverPaddingAndCountsJunk) {
  for (const std::size_t size : kChunkSizes) {
    const Decoded padded = decode(gzip("text") + std::string(600, '\0'), size);
    EXPECT_EQ(padded.text.value(), "text");
    EXPECT_EQ(padded.trailing_bytes, 0U);
    EXPECT_EQ(decode(gzip("a") + std::string(9, '\0') + gzip("b"), size).text.value(), "ab")
        << "a member behind padding";
    const Decoded junk = decode(gzip("text") + "junk", size);
    EXPECT_EQ(junk.text.value(), "text");
    EXPECT_EQ(junk.trailing_bytes, 4U);
  }
}

TEST(Decoder, EveryCutIsAnError) {
  for (const std::string& whole : {gzip(long_text().substr(0, 300)), zstd(long_text().substr(0, 300))}) {
    for (std::size_t size = 6; size < whole.size(); ++size) {
      const Decoded cut = decode(whole.substr(0, size), 5);
      ASSERT_FALSE(cut.text) << size << " of " << whole.size();
      EXPECT_EQ(cut.text.error().code, Code::corrupt);
    }
  }
}

TEST(Decoder, ABitFlipIsAnError) {
  std::string broken = gzip("some text that is long enough to be compressed, compressed, compressed");
  broken[broken.size() - 6] = static_cast<char>(broken[broken.size() - 6] ^ 1);  // in the CRC
  EXPECT_EQ(decode(broken, 4096).text.error().code, Code::corrupt);
}

TEST(Decoder, Bzip2IsSaidToBeUnsupported) {
  EXPECT_EQ(decode("BZh91AY&SY", 4096).text.error().code, Code::unsupported);
}

TEST(Decoder, RefusesAnEnormousZstdWindow) {
  // Frame header: magic, descriptor 0 (no content size, window byte follows), window descriptor exponent 31: 2^41
  // bytes.
  const std::string frame("\x28\xB5\x2F\xFD\x00\xF8\x01\x00\x00", 9);
  EXPECT_EQ(decode(frame, 4096).text.error().code, Code::unsupported);
}

TEST(Decoder, AnEmptyStreamIsEmpty) { EXPECT_EQ(decode("", 1).text.value(), ""); }

}  // namespace
}  // namespace ocitidy
