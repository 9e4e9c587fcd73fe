// gpu-libraries: CUDA and what serves it, in an image for a service without GPUs.
// Why and examples: docs/rules/gpu-libraries.md
#include <map>

#include "base/text.h"
#include "lambda/gpu_libraries.h"
#include "lambda/packages.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::uint64_t kMuch = std::uint64_t{100} << 20, kLittle = std::uint64_t{1} << 20;

struct Found {
  std::uint64_t files = 0, bytes = 0;
  NodeId largest = NodeId::root;
  std::uint64_t largest_bytes = 0;
};

/// "; torch 2.1.0 is not its CPU build": PyPI's wheels for x86-64 bring CUDA, unless the version says "+cpu".
std::string torch(const ImageModel& image) {
  const lambda::Packages packages(image);
  const lambda::Package* const torch = packages.find(lambda::Ecosystem::python, "torch");
  if (torch == nullptr || torch->version.find("+cpu") != std::string::npos) return "";
  return cat("; torch ", escape_for_terminal(torch->version), " is not a CPU build");
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  std::map<std::uint32_t, Found> layers;
  image.walk([&](NodeId id, std::string_view path) {
    if (!lambda::is_gpu_library(path)) return;
    const Node node = image.node(id);
    if (node.type != EntryType::file) return;
    Found& found = layers[node.layer];
    ++found.files;
    found.bytes += node.size_bytes;
    if (node.size_bytes <= found.largest_bytes) return;
    found.largest = id;
    found.largest_bytes = node.size_bytes;
  });
  for (const auto& [layer, found] : layers) {
    if (found.bytes < kLittle) continue;
    out.add({.message = cat(counted(found.files, "file", "files"), " (", human_bytes(found.bytes),
                            ") only serve a GPU, and Lambda has none; the largest is ",
                            seen_path(image.path(found.largest)), torch(image)),
             .fix = "pip install --index-url https://download.pytorch.org/whl/cpu torch, and onnxruntime instead of "
                    "onnxruntime-gpu; or ocitidy optimize --passes drop-gpu-libraries, which takes what no library "
                    "that stays mentions",
             .where = {in_layer(layer, image.path(found.largest))},
             .wasted_bytes = found.bytes,
             .severity = found.bytes >= kMuch ? Severity::warning : Severity::info});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule gpu_libraries = {.info = {.id = "gpu-libraries",
                                               .title = "Libraries for a GPU that Lambda has not",
                                               .since = "0.1.0",
                                               .category = Category::size,
                                               .severity = Severity::warning,
                                               .evidence = Evidence::observed,
                                               .fixed_by = "drop-gpu-libraries"},
                                      .check = check};

}  // namespace ocitidy::rules
