// duplicate-sdk: a copy of the AWS SDK beside the one of the AWS base image.
// Why and examples: docs/rules/duplicate-sdk.md
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::uint64_t kLeastBytes = 1 << 20;

struct Sdk {
  std::string_view name, folder;  // folder: tells of it
};
constexpr std::array kSdks = {Sdk{"botocore", "botocore"}, Sdk{"AWS SDK for JavaScript", "@aws-sdk"}};

struct Copy {
  std::uint64_t files = 0, bytes = 0;
  std::uint32_t layer = 0;
  NodeId first = NodeId::root;
};
using Copies = std::map<std::string, Copy, std::less<>>;  // by the folder that holds the SDK

bool is_of_runtime(std::string_view root) { return root.starts_with("var/runtime") || root.starts_with("var/lang"); }

class Search {
 public:
  explicit Search(const ImageModel& image) : image_(image) {
    image.walk([this](NodeId id, std::string_view path) {
      for (std::size_t i = 0; i < kSdks.size(); ++i) visit(i, id, path);
    });
  }
  std::array<Copies, kSdks.size()> copies;

 private:
  void visit(std::size_t sdk, NodeId id, std::string_view path) {
    std::string& around = around_[sdk];
    if (!around.empty() && path.starts_with(around)) return count(sdk, id, path);
    around.clear();
    if (image_.name(id) == kSdks[sdk].folder && path.contains('/')) around = cat(path, "/");
  }

  void count(std::size_t sdk, NodeId id, std::string_view path) {
    if (image_.type(id) != EntryType::file || path.starts_with("tmp/") || path.contains("/.cache/")) return;
    const Node node = image_.node(id);
    const std::string_view root = path.substr(0, around_[sdk].size() - kSdks[sdk].folder.size() - 2);
    const auto found = copies[sdk].find(root);
    Copy& copy = found != copies[sdk].end() ? found->second : copies[sdk][std::string(root)];
    if (copy.files == 0) copy.layer = node.layer, copy.first = id;
    ++copy.files;
    copy.bytes += node.size_bytes;
  }

  const ImageModel& image_;
  std::array<std::string, kSdks.size()> around_;  // the outermost such folder that the walk is in, with a slash; or ""
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const auto all = Search(in.image).copies;
  bool applicable = false;
  for (std::size_t i = 0; i < kSdks.size(); ++i) {
    // The base's own copy: of those where a runtime keeps its modules, the lowest.
    auto base = all[i].end();
    for (auto it = all[i].begin(); it != all[i].end(); ++it) {
      if (is_of_runtime(it->first) && (base == all[i].end() || it->second.layer < base->second.layer)) base = it;
    }
    if (base == all[i].end()) continue;
    applicable = true;
    for (const auto& [root, copy] : all[i]) {
      if (copy.layer <= base->second.layer || copy.bytes < kLeastBytes) continue;
      const std::string path = cat(root, "/", kSdks[i].folder);
      out.add({.message = cat(seen_path(path), " (", counted(copy.files, "file", "files"), ", ",
                              human_bytes(copy.bytes), ") is another ", kSdks[i].name, " than the base image's, in ",
                              seen_path(cat(base->first, "/", kSdks[i].folder))),
               .fix = "leave it out of the requirements, unless the version must be fixed",
               .where = {in_layer(copy.layer, path)},
               .wasted_bytes = copy.bytes,
               .severity = {}});
    }
  }
  return applicable ? Outcome::checked() : Outcome::not_applicable("no AWS base image with an SDK of its own");
}

}  // namespace

constinit const Rule duplicate_sdk = {.info = {.id = "duplicate-sdk",
                                               .title = "AWS SDK that the base image already has",
                                               .since = "0.1.0",
                                               .category = Category::size,
                                               .severity = Severity::info,
                                               .evidence = Evidence::inferred},
                                      .check = check};

}  // namespace ocitidy::rules
