// scan.cc - the library's scan in this process, without the command: wall, cpu and peak memory of each round.
//
// usage: scan IMAGE [--threads N] [--facts lint|optimize|none] [--rounds N]
//   --facts lint   with the file heads, texts and facts that lint's default rules ask for (default); optimize: the
//   same,
//                  but with SHA-256 of every file; none: bare
// The peak of a later round counts what the allocator kept of the one before.
#include <cstdio>
#include <string_view>

#include "image/scan.h"
#include "lambda/start_queries.h"
#include "lint/engine.h"
#include "measure.h"
#include "oci/resolve.h"
#include "ocitidy/lint.h"

namespace {

using namespace ocitidy;
using bench::must;

enum class For : unsigned char { lint, optimize, nothing };

ImageModel scan(const Image& image, For use, unsigned threads) {
  ScanOptions options;
  options.threads = threads;
  ResolvedImage resolved = must(resolve_image(image, {}, options.limits));
  if (use == For::nothing) return must(scan_image(image, std::move(resolved), options));
  const auto rules = must(select_rules(all_rules(), {}));
  const lambda::StartQueries queries(reads_of(rules), texts_of(rules), resolved.config);
  options.reads = queries.reads();
  options.texts = queries.texts();
  options.facts = facts_of(rules);
  if (use == For::optimize) {
    options.facts = without(options.facts, Facts::content_hashes);
    options.content = InspectOptions::Hash::sha256;
  }
  return must(scan_image(image, std::move(resolved), options));
}

void measure(const Image& image, For use, unsigned threads) {
  bench::reset_peak();
  const double wall = bench::wall_s(), cpu = bench::cpu_s();
  const ImageModel model = scan(image, use, threads);
  std::printf("wall %.3f s, cpu %.3f s, peak %.1f MiB, %zu paths\n", bench::wall_s() - wall, bench::cpu_s() - cpu,
              bench::peak_mib(), model.node_count());
}

int usage() {
  std::fputs("usage: scan IMAGE [--threads N] [--facts lint|optimize|none] [--rounds N]\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc % 2 != 0) return usage();
  unsigned threads = 1;
  int rounds = 1;
  For use = For::lint;
  for (int i = 2; i < argc; i += 2) {
    const std::string_view option = argv[i], value = argv[i + 1];
    if (option == "--threads") {
      threads = static_cast<unsigned>(bench::must_be_number(value, 1));
    } else if (option == "--rounds") {
      rounds = bench::must_be_number(value, 1);
    } else if (option == "--facts" && (value == "lint" || value == "optimize" || value == "none")) {
      use = value == "lint" ? For::lint : value == "none" ? For::nothing : For::optimize;
    } else {
      return usage();
    }
  }
  const Image image = must(open_image(argv[1], {}));
  for (int round = 0; round < rounds; ++round) measure(image, use, threads);
  return 0;
}
