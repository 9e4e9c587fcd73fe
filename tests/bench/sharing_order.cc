// sharing_order.cc - what an order and cuts by order-for-sharing and pack-layers come to beside plain rules; a model
// that scores itself: what real writers make of it is measured by coldstart_table.py.
//
// usage: sharing_order IMAGE [BASE_LAYERS]
//   bump   new 512 KiB chunks when one package of the own layers changes its size, by how often each changes:
//          packages by name, by size, and as order-for-sharing has them; own code last in all three
//   push   bytes expected to be pushed again within 30 days, in 8 and 16 layers: the largest packages in layers of
//   their
//          own and the rest in one (as apko does), equal stretches of names, and as pack-layers cuts
//   pack   time to cut 2,000 parts into 16, 32 and 100 layers
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

#include "image/base_layers.h"
#include "image/scan.h"
#include "lambda/components.h"
#include "measure.h"
#include "oci/resolve.h"
#include "ocitidy/image.h"
#include "optimize/sharing.h"

namespace {

using namespace ocitidy;
using bench::must;
using lambda::Part;

constexpr double kChunkBytes = 512 * 1024;

std::vector<Part> weights(const std::vector<SharedPart>& parts) {
  std::vector<Part> all;
  for (const SharedPart& part : parts) all.push_back(part.weight);
  return all;
}

bool is_code(const SharedPart& part) { return part.group >= SharedPart::Group::used_code; }

/// Chunks from the changed package on, over all packages that may change, each as often as it does.
double chunks_per_bump(const std::vector<SharedPart>& in_order) {
  double behind_bytes = 0, sum = 0, rates = 0;
  for (std::size_t i = in_order.size(); i-- > 0;) {
    const Part& part = in_order[i].weight;
    behind_bytes += static_cast<double>(part.size_bytes);
    if (is_code(in_order[i])) continue;
    const double rate = 1 - part.survival;
    sum += rate * behind_bytes / kChunkBytes;
    rates += rate;
  }
  return rates > 0 ? sum / rates : 0;
}

/// The largest in layers of their own, the rest, with own code, in the last.
double pushed_largest_first(std::vector<SharedPart> parts, std::uint32_t layers) {
  std::ranges::stable_sort(parts, std::ranges::greater(),
                           [](const SharedPart& part) { return part.weight.size_bytes; });
  std::vector<std::uint32_t> first(std::min<std::size_t>(layers, parts.size()));
  std::iota(first.begin(), first.end(), 0);
  return lambda::expected_pushed_bytes(weights(parts), first);
}

/// Stretches of about equal size, by name.
double pushed_by_name(std::vector<SharedPart> parts, std::uint32_t layers) {
  std::ranges::stable_sort(parts, {}, [](const SharedPart& part) { return std::pair(is_code(part), part.name); });
  double all_bytes = 0, bytes = 0;
  for (const SharedPart& part : parts) all_bytes += static_cast<double>(part.weight.size_bytes);
  std::vector<std::uint32_t> first{0};
  for (std::uint32_t i = 0; i < parts.size(); ++i) {
    if (bytes > all_bytes * static_cast<double>(first.size()) / layers && first.back() != i) first.push_back(i);
    bytes += static_cast<double>(parts[i].weight.size_bytes);
  }
  return lambda::expected_pushed_bytes(weights(parts), first);
}

void print_bump(const Sharing& sharing) {
  std::vector<SharedPart> parts = sharing.best(1, Sharing::Trace::ignore).parts;
  const double ours = chunks_per_bump(parts);
  std::ranges::stable_sort(parts, {}, [](const SharedPart& part) { return std::pair(is_code(part), part.name); });
  const double by_name = chunks_per_bump(parts);
  std::ranges::stable_sort(parts, {}, [](const SharedPart& part) {
    return std::pair(is_code(part), -static_cast<double>(part.weight.size_bytes));
  });
  const double by_size = chunks_per_bump(parts);
  std::printf("bump  %zu parts: by name %.1f chunks, by size %.1f, ours %.1f: %.2f x by name\n", parts.size(), by_name,
              by_size, ours, ours / by_name);
}

void print_push(const Sharing& sharing) {
  for (const std::uint32_t layers : {8U, 16U}) {
    const SharedLayers ours = sharing.best(layers, Sharing::Trace::ignore);
    const double largest = pushed_largest_first(ours.parts, layers), named = pushed_by_name(ours.parts, layers);
    std::printf("push  %2u layers: largest first %.1f MB, by name %.1f MB, ours %.1f MB: %.2f x largest first\n",
                layers, largest / 1e6, named / 1e6, ours.estimate.pushed_bytes / 1e6,
                ours.estimate.pushed_bytes / largest);
  }
}

/// What no cut of any order can save: every part in a layer of its own.
void print_least(const Sharing& sharing) {
  const std::vector<Part> parts = weights(sharing.best(1, Sharing::Trace::ignore).parts);
  std::vector<std::uint32_t> each(parts.size());
  std::iota(each.begin(), each.end(), 0);
  std::printf("push  a layer for each of %zu parts: %.1f MB\n", parts.size(),
              lambda::expected_pushed_bytes(parts, each) / 1e6);
}

void print_pack() {
  std::mt19937 random(1);
  std::vector<Part> parts;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    parts.push_back({.component = i,
                     .survival = 0.3 + 0.69 * static_cast<double>(random() % 1000) / 1000,
                     .size_bytes = 4096 + random() % 2'000'000});
  }
  for (const std::uint32_t layers : {16U, 32U, 100U}) {
    const auto begin = std::chrono::steady_clock::now();
    const auto cuts = lambda::cut_into_layers(parts, layers);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("pack  2000 parts into %zu layers: %.2f s\n", cuts.size(), took.count());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: sharing_order IMAGE [BASE_LAYERS]\n");
    return 2;
  }
  OptimizeOptions options;
  if (argc > 2) options.base_layers = static_cast<std::uint32_t>(bench::must_be_number(argv[2], 0));
  const Image image = must(open_image(argv[1], {}));
  const ScanOptions scanning{.limits = options.limits,
                             .reads = {lambda::kComponentReads.begin(), lambda::kComponentReads.end()}};
  const ImageModel model = must(scan_image(image, must(resolve_image(image, {}, options.limits)), scanning));
  const BaseLayers base = must(base_layers(model, {options.base_layers, {}}));
  const Plan plan(model, options, base.count);
  const Sharing sharing({.image = model, .options = options}, plan);
  std::printf("%u of %zu layers are the base\n", base.count, model.layers().size());
  print_bump(sharing);
  print_push(sharing);
  print_least(sharing);
  print_pack();
  return 0;
}
