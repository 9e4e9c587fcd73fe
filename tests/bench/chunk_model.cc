// chunk_model.cc - ocitidy's model of Lambda's file system, in numbers for coldstart_table.py and startup_table.py.
//
// usage: chunk_model IMAGE [OTHER]   prints the chunks of IMAGE, and how many of them OTHER has not
//        chunk_model --map IMAGE     prints where each file lies, as serial_ext4 --map does
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "image/scan.h"
#include "lambda/flat_image.h"
#include "measure.h"
#include "oci/resolve.h"

namespace {

using namespace ocitidy;
using bench::must;

/// Whoever measures wants no half results.
ImageModel scan(const char* reference) {
  const Image image = must(open_image(reference, {}));
  ScanOptions options;
  options.facts = Facts::block_hashes;
  return must(scan_image(image, must(resolve_image(image, {}, options.limits)), options));
}

void print_map(const ImageModel& image, const lambda::FlatImage& flat) {
  image.walk([&](NodeId id, std::string_view path) {
    if (image.node(id).type != EntryType::file) return;
    const char* separator = "";
    for (const lambda::Extent& extent : flat.extents(id)) {
      std::printf("%s%zu+%zu", separator, std::size_t{lambda::kHeaderBlocks + extent.first_block},
                  std::size_t{extent.block_count});
      separator = ",";
    }
    std::printf(" %.*s\n", static_cast<int>(path.size()), path.data());
  });
}

int usage() {
  std::fputs("usage: chunk_model IMAGE [OTHER] | --map IMAGE\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<const char*> words(argv + 1, argv + argc);
  const bool wants_map = !words.empty() && words.front() == std::string_view("--map");
  if (wants_map) words.erase(words.begin());
  if (words.empty() || words.size() > (wants_map ? 1U : 2U)) return usage();
  const ImageModel image = scan(words[0]);
  const lambda::FlatImage flat(image);
  if (wants_map) {
    print_map(image, flat);
    return 0;
  }
  std::size_t shared = 0;
  if (words.size() == 2) {
    const ImageModel other = scan(words[1]);
    shared = flat.shared_with(lambda::FlatImage(other).contents()).count();
  }
  std::printf("%zu %zu\n", flat.chunk_count(), flat.chunk_count() - shared);
  return 0;
}
