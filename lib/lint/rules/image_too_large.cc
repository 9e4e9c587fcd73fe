// image-too-large: the uncompressed image is over, or near, what Lambda takes.
// Why and examples: docs/rules/image-too-large.md
#include <algorithm>
#include <limits>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "lambda/limits.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kLargest = 3;

struct File {
  NodeId node;
  std::uint64_t bytes;
};

struct Sizes {
  std::uint64_t flattened_bytes = 0;  // what a process can see, each inode once
  std::uint64_t total_bytes = 0;      // all files of all layers
  std::vector<File> largest;          // visible files, largest first
};

void add_to(std::uint64_t& sum, std::uint64_t bytes) {  // headers may claim anything
  sum += std::min(bytes, std::numeric_limits<std::uint64_t>::max() - sum);
}

Sizes measure(const ImageModel& image) {
  Sizes sizes;
  for (const Layer& layer : image.layers()) {
    for (const Entry& entry : layer.entries) add_to(sizes.total_bytes, entry.size_bytes);
  }
  std::unordered_set<std::uint32_t> counted_inodes;
  image.walk([&](NodeId id, std::string_view) {
    if (image.type(id) != EntryType::file) return;
    const Node node = image.node(id);
    if (node.link_count > 1 && !counted_inodes.insert(node.inode).second) return;
    add_to(sizes.flattened_bytes, node.size_bytes);
    const auto place =
        std::ranges::find_if(sizes.largest, [&](const File& other) { return other.bytes < node.size_bytes; });
    sizes.largest.insert(place, {id, node.size_bytes});
    if (sizes.largest.size() > kLargest) sizes.largest.pop_back();
  });
  // Files under 1 % are not worth a name.
  std::erase_if(sizes.largest, [&](const File& file) { return file.bytes < sizes.flattened_bytes / 100; });
  return sizes;
}

std::string largest_text(const ImageModel& image, const Sizes& sizes) {
  std::vector<std::string> files;
  for (const File& file : sizes.largest) {
    files.push_back(cat(seen_path(image.path(file.node)), " (", human_bytes(file.bytes), ")"));
  }
  return files.empty() ? "" : cat("; largest: ", listed(files, kLargest));
}

std::string verdict(const Sizes& sizes) {
  if (sizes.flattened_bytes > lambda::kMaxImageBytes) {
    return cat("over the limit of 10 GiB (", lambda::kMaxImageBytes, " bytes)");
  }
  if (sizes.total_bytes > lambda::kMaxImageBytes) {
    return cat("all layers together are over the limit of 10 GiB (", lambda::kMaxImageBytes,
               " bytes); whether hidden bytes count is not documented");
  }
  if (sizes.total_bytes >= lambda::kMaxImageBytesDecimal) {
    return "over 10 GB, as the limit is documented, and under 10 GiB, as the service reports it";
  }
  return "over 90 % of the limit of 10 GiB";
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const Sizes sizes = measure(image);
  if (sizes.total_bytes < lambda::kNearMaxImageBytes) return Outcome::checked();
  const std::uint64_t hidden = sizes.total_bytes - std::min(sizes.total_bytes, sizes.flattened_bytes);
  const bool over = sizes.flattened_bytes > lambda::kMaxImageBytes;
  Finding finding{
      .message =
          cat(human_bytes(sizes.flattened_bytes), " flattened, ", human_bytes(sizes.total_bytes), " in all layers (",
              human_bytes(hidden), " hidden by later layers): ", verdict(sizes), largest_text(image, sizes)),
      .fix = hidden > 0
                 ? "delete files in the step that makes them, so that no layer ships them hidden; load models from "
                   "S3 or EFS instead of shipping them"
                 : "leave out what the function does not read, or load models from S3 or EFS instead of shipping them",
      .where = {},
      .wasted_bytes = over ? sizes.flattened_bytes - lambda::kMaxImageBytes : 0,
      .severity = over ? Severity::error : Severity::warning};
  for (const File& file : sizes.largest) finding.where.push_back(at_node(image, file.node));
  out.add(std::move(finding));
  return Outcome::checked();
}

}  // namespace

constinit const Rule image_too_large = {.info = {.id = "image-too-large",
                                                 .title = "Uncompressed image over or near 10 GiB",
                                                 .since = "0.1.0",
                                                 .category = Category::deploy,
                                                 .severity = Severity::error,
                                                 .evidence = Evidence::documented},
                                        .check = check};

}  // namespace ocitidy::rules
