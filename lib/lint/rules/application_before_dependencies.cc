// application-before-dependencies: a large layer of dependencies that stands above the code, which changes more often.
// Why and examples: docs/rules/application-before-dependencies.md
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::uint64_t kLargeBytes = std::uint64_t{10} << 20;
constexpr std::size_t kShown = 2, kMostFindings = 20;

// Where package managers put what a lock file names.
constexpr std::array<std::string_view, 5> kDependencyFolders = {"/site-packages/", "/dist-packages/", "/node_modules/",
                                                                "/vendor/", "/gems/"};
constexpr std::array<std::string_view, 11> kSources = {".py",  ".js", ".mjs", ".cjs",  ".ts", ".tsx",
                                                       ".jsx", ".rb", ".php", ".java", ".kt"};
// What an install step needs to have beside it; such files stand below it on purpose.
constexpr std::array<std::string_view, 7> kInstallInputs = {
    "setup.py", ".pnp.cjs", ".pnp.loader.mjs", "Gemfile", "conftest.py", "postinstall.js", "preinstall.js"};
constexpr std::array<std::string_view, 6> kCodeFolders = {"var/task/", "app/",      "usr/src/",
                                                          "code/",     "function/", "workspace/"};

bool is_dependency(std::string_view path) {
  return std::ranges::any_of(kDependencyFolders, [&](std::string_view folder) {
    return path.find(folder) != std::string_view::npos || path.starts_with(folder.substr(1));
  });
}

class Layers {
 public:
  explicit Layers(const ImageModel& image) {
    std::string_view workdir = image.config().working_dir;
    while (workdir.starts_with('/')) workdir.remove_prefix(1);
    while (workdir.ends_with('/')) workdir.remove_suffix(1);
    if (!workdir.empty()) workdir_ = cat(workdir, "/");
  }

  struct Sum {
    std::uint64_t dependency_bytes = 0, code_files = 0, code_bytes = 0;
    std::vector<std::string> code;  // the first of them, for the message
  };

  Sum sum_of(const Layer& layer) const {
    Sum sum;
    for (const Entry& entry : layer.entries) {
      if (entry.type != EntryType::file) continue;
      if (is_dependency(entry.path)) {
        sum.dependency_bytes += entry.size_bytes;
      } else if (is_code(entry.path)) {
        ++sum.code_files;
        sum.code_bytes += entry.size_bytes;
        if (sum.code.size() < kShown) sum.code.push_back(seen_path(entry.path));
      }
    }
    return sum;
  }

 private:
  bool is_code(std::string_view path) const {
    const auto holds = [&](std::string_view folder) { return path.starts_with(folder); };
    if (!std::ranges::any_of(kCodeFolders, holds) && (workdir_.empty() || !holds(workdir_))) return false;
    const auto ends = [&](std::string_view suffix) { return path.ends_with(suffix); };
    return std::ranges::any_of(kSources, ends) && std::ranges::none_of(kInstallInputs, ends);
  }

  std::string workdir_;  // "var/task/"; "" for the root
};

void report(const ImageModel& image, std::uint32_t upper, const Layers::Sum& dependencies, std::uint32_t lower,
            const Layers::Sum& code, FindingSink& out) {
  const std::string_view by = image.layers()[upper].created_by;
  out.add(
      {.message = cat("layer ", upper, by.empty() ? "" : cat(" (", quote(by.substr(0, 60)), ")"), " holds ",
                      human_bytes(dependencies.dependency_bytes), " of dependencies, and stands above layer ", lower,
                      " with ", counted(code.code_files, "file", "files"), " of code (", human_bytes(code.code_bytes),
                      "), such as ", listed(code.code, kShown), ": each edit of the code builds and pushes the ",
                      human_bytes(dependencies.dependency_bytes), " again"),
       .fix = "COPY the lock file alone and install from it, then COPY the code",
       .where = {in_layer(upper), in_layer(lower)},
       .severity = {}});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const auto layers = in.image.layers();
  if (in.base.count + 1 >= layers.size()) return Outcome::not_applicable("fewer than two layers above the base");
  const Layers judge(in.image);
  std::optional<std::uint32_t> lower;  // the first layer with code
  Layers::Sum code;
  std::size_t found = 0;
  for (std::uint32_t layer = in.base.count; layer < layers.size() && found < kMostFindings; ++layer) {
    const Layers::Sum sum = judge.sum_of(layers[layer]);
    if (lower && sum.dependency_bytes > kLargeBytes) {
      report(in.image, layer, sum, *lower, code, out);
      ++found;
    }
    const bool small = sum.code_files > 0 && sum.code_bytes < kLargeBytes;
    if (lower || !small) continue;
    lower = layer;
    code = sum;
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule application_before_dependencies = {.info = {.id = "application-before-dependencies",
                                                                 .title = "Code in a layer below its dependencies",
                                                                 .since = "0.1.0",
                                                                 .category = Category::size,
                                                                 .severity = Severity::info,
                                                                 .evidence = Evidence::documented,
                                                                 .profiles = kLambdaAndGeneric},
                                                        .check = check};

}  // namespace ocitidy::rules
