// write.cc - what compressing costs: every layer decoded and encoded again, into a sink that counts and nothing else.
//
// usage: write IMAGE [--threads N] [--codec gzip|zstd|none] [--level L] [--rounds N]
// Layers side by side and one pool for blocks, as optimize has them.
#include <atomic>
#include <cstdio>
#include <string_view>

#include "archive/codec.h"
#include "archive/encoder.h"
#include "base/parallel.h"
#include "measure.h"
#include "oci/resolve.h"
#include "ocitidy/image.h"

namespace {

using namespace ocitidy;
using bench::must;

struct Sizes {
  std::atomic<std::uint64_t> in = 0, out = 0;
};

void rewrite(const Image& image, const Descriptor& layer, const Compression& compression, EncoderPool& pool,
             Sizes& sizes) {
  VerifyingStream blob(must(image.blobs->open(layer)), layer);
  Decoder plain(blob);
  const auto encoder = make_encoder(compression, pool, [&sizes](std::span<const std::byte> bytes) -> Result<void> {
    sizes.out += bytes.size();
    return {};
  });
  for (auto bytes = must(plain.next()); !bytes.empty(); bytes = must(plain.next())) {
    sizes.in += bytes.size();
    must(encoder->write(bytes));
  }
  must(encoder->finish());
}

void measure(const Image& image, const Compression& compression, unsigned threads) {
  bench::reset_peak();
  const double wall = bench::wall_s(), cpu = bench::cpu_s();
  const ResolvedImage resolved = must(resolve_image(image, {}, {}));
  EncoderPool pool(threads);
  Sizes sizes;
  parallel_for(resolved.manifest.layers.size(), threads,
               [&](std::size_t i) { rewrite(image, resolved.manifest.layers[i], compression, pool, sizes); });
  std::printf("wall %.3f s, cpu %.3f s, peak %.1f MiB, %llu bytes of tar, %llu bytes written\n", bench::wall_s() - wall,
              bench::cpu_s() - cpu, bench::peak_mib(), static_cast<unsigned long long>(sizes.in),
              static_cast<unsigned long long>(sizes.out));
}

int usage() {
  std::fputs("usage: write IMAGE [--threads N] [--codec gzip|zstd|none] [--level L] [--rounds N]\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc % 2 != 0) return usage();
  unsigned threads = 1;
  int rounds = 1;
  Compression compression;
  for (int i = 2; i < argc; i += 2) {
    const std::string_view option = argv[i], value = argv[i + 1];
    if (option == "--threads") {
      threads = static_cast<unsigned>(bench::must_be_number(value, 1));
    } else if (option == "--rounds") {
      rounds = bench::must_be_number(value, 1);
    } else if (option == "--level") {
      compression.level = bench::must_be_number(value, 1);
    } else if (option == "--codec" && (value == "gzip" || value == "zstd" || value == "none")) {
      compression.codec = value == "gzip" ? Codec::gzip : value == "zstd" ? Codec::zstd : Codec::none;
    } else {
      return usage();
    }
  }
  const Image image = must(open_image(argv[1], {}));
  for (int round = 0; round < rounds; ++round) measure(image, compression, threads);
  return 0;
}
