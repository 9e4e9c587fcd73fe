// scattered-startup-files: Files used at start lie far apart.
// Why and examples: docs/rules/scattered-startup-files.md
#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.h"
#include "image/used_paths.h"
#include "lambda/flat_image.h"
#include "lambda/handler_files.h"
#include "lambda/python_modules.h"
#include "lambda/start_queries.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

// An own measurement: where a trace's 496 files lay sorted by path they touched 1.7 times the chunks that they touched
// in order of use (40 and 23), where they lay at random 7.4 times (170). Twice is more than a usual order costs.
constexpr std::uint64_t kMostTimes = 2;
// Chunks come one by one when they are read: 550 us each from a cache of the zone, 36 ms from storage. 20 are at least
// 11 ms, and 10 MiB that need not be fetched.
constexpr std::uint64_t kLeastSpared = 20;

constexpr auto kReads = [] {
  std::array<ContentQuery, lambda::kStartReads.size() + 1> all{lambda::kPathFiles};
  std::ranges::copy(lambda::kStartReads, all.begin() + 1);
  return all;
}();

struct OwnFiles {
  std::vector<NodeId> nodes;  // files with data that the trace leads to, above the base; each inode once
  std::uint64_t blocks = 0;
};

OwnFiles own_files(const LintInput& in, const UsedPaths& used, const lambda::FlatImage& flat) {
  OwnFiles own;
  std::unordered_set<std::uint32_t> inodes;
  for (const NodeId id : used.in_order()) {
    const Node node = in.image.node(id);
    if (node.type != EntryType::file || !node.made_by || node.made_by->layer < in.base.count) continue;
    if (!inodes.insert(node.inode).second) continue;
    own.nodes.push_back(id);
    for (const auto& extent : flat.extents(id)) own.blocks += extent.block_count;
  }
  return own;
}

std::uint64_t chunks_with(const OwnFiles& own, const lambda::FlatImage& flat) {
  lambda::ChunkSet chunks(flat.chunk_end());
  for (const NodeId id : own.nodes) {
    for (const auto& extent : flat.extents(id)) {
      const auto range = flat.chunks_of(extent);
      for (std::uint64_t i = 0; i < range.count; ++i) chunks.add(range.first + i);
    }
  }
  return chunks.count();
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (!in.options.used_paths) return Outcome::not_applicable("no trace was given (--trace)");
  const UsedPaths used(in.image, lambda::with_module_files(in.image, *in.options.used_paths), {});
  const lambda::FlatImage flat(in.image);
  const OwnFiles own = own_files(in, used, flat);
  if (own.nodes.empty()) return Outcome::not_applicable("the trace leads to no file above the base");
  const std::uint64_t touched = chunks_with(own, flat);
  const std::uint64_t together = (own.blocks + lambda::kBlocksPerChunk - 1) / lambda::kBlocksPerChunk;
  if (touched < kMostTimes * together || touched - together < kLeastSpared) return Outcome::checked();
  const NodeId first = own.nodes.front();
  out.add({.message = cat("the ", counted(own.nodes.size(), "file", "files"), " above the base that a start uses (",
                          human_bytes(own.blocks * kHashedBlockBytes), " in blocks of 4 KiB, ",
                          seen_path(in.image.path(first)), " first) touch ", touched,
                          " chunks of 512 KiB where they lie; side by side they would need ", together, ": ",
                          touched - together, " chunks less to fetch (an estimate)"),
           .fix = "put what a start uses in one layer, in front of all else in it, in the order of the trace: ocitidy "
                  "optimize --trace FILE orders the own layers so",
           .where = {at_node(in.image, first)},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule scattered_startup_files = {.info = {.id = "scattered-startup-files",
                                                         .title = "Files used at start lie far apart",
                                                         .since = "0.1.0",
                                                         .category = Category::startup,
                                                         .severity = Severity::info,
                                                         .evidence = Evidence::inferred,
                                                         .profiles = kLambdaOnly,
                                                         .reads = kReads},
                                                .check = check};

}  // namespace ocitidy::rules
