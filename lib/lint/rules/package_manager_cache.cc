// package-manager-cache: downloads and lists that package managers left in the image.
// Why and examples: docs/rules/package-manager-cache.md
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Cache {
  std::string_view directory;  // glob; its last component holds no wildcard
  std::string_view suffix;     // of the files that count; "" for all
  std::string_view name;
  std::string_view fix;
};

// Only what its manager fetches again or makes anew when asked: installed packages and their databases stay out, and so
// does .yarn/cache, from which Yarn's plug'n'play loads code at run time.
constexpr std::array kCaches = {
    Cache{"**/.cache/composer", "", "Composer cache", "composer clear-cache"},
    Cache{"**/.cache/go-build", "", "Go build cache", "go clean -cache, or build in a stage of its own"},
    Cache{"**/.cache/pip", "", "pip cache", "pip install --no-cache-dir, or ENV PIP_NO_CACHE_DIR=1"},
    Cache{"**/.cache/uv", "", "uv cache", "uv --no-cache, or RUN --mount=type=cache,target=/root/.cache/uv"},
    Cache{"**/.cache/yarn", "", "Yarn cache", "yarn cache clean"},
    Cache{"**/.cargo/registry", "", "Cargo registry cache", "build in a stage of its own and copy the program"},
    Cache{"**/.composer/cache", "", "Composer cache", "composer clear-cache"},
    Cache{"**/.local/share/pnpm/store", "", "pnpm store",
          "pnpm store prune, or copy node_modules out of a build stage"},
    Cache{"**/.npm/_cacache", "", "npm cache", "npm cache clean --force, or RUN --mount=type=cache,target=/root/.npm"},
    Cache{"**/.pnpm-store", "", "pnpm store", "pnpm store prune, or copy node_modules out of a build stage"},
    Cache{"**/anaconda3/pkgs", "", "conda package cache", "conda clean --all --yes"},
    Cache{"**/gems/*/cache", ".gem", "RubyGems cache", "rm -rf \"$(gem env gemdir)\"/cache/*.gem"},
    Cache{"**/miniconda3/pkgs", "", "conda package cache", "conda clean --all --yes"},
    Cache{"**/miniforge3/pkgs", "", "conda package cache", "conda clean --all --yes"},
    Cache{"**/ruby/*/cache", ".gem", "Bundler cache", "rm -rf vendor/bundle/ruby/*/cache"},
    Cache{"opt/conda/pkgs", "", "conda package cache", "conda clean --all --yes"},
    Cache{"usr/local/bundle/cache", ".gem", "Bundler cache", "rm -rf /usr/local/bundle/cache/*.gem"},
    Cache{"usr/local/cargo/registry", "", "Cargo registry cache", "build in a stage of its own and copy the program"},
    Cache{"var/cache/apk", "", "apk cache", "apk add --no-cache"},
    Cache{"var/cache/apt", ".bin", "apt package cache", "rm -f /var/cache/apt/*.bin"},
    Cache{"var/cache/apt/archives", ".deb", "apt downloads", "apt-get clean"},
    Cache{"var/cache/dnf", "", "dnf cache", "dnf clean all"},
    Cache{"var/cache/libdnf5", "", "dnf5 cache", "dnf clean all"},
    Cache{"var/cache/yum", "", "yum cache", "yum clean all"},
    Cache{"var/lib/apt/lists", "", "apt package lists", "rm -rf /var/lib/apt/lists/*"},
};

/// A directory of some cache, and the files seen below it.
struct Found {
  const Cache* cache;
  std::string directory;
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> layers;  // -> files, bytes
  std::unordered_map<std::uint32_t, std::uint32_t> linked;                  // inode -> names seen
};

class Search {
 public:
  explicit Search(const ImageModel& image) : image_(image) {
    image.walk([this](NodeId id, std::string_view path) { visit(id, path); });
  }
  std::vector<Found> found;

 private:
  void visit(NodeId id, std::string_view path) {
    while (!open_.empty() && !is_inside(path, found[open_.back()].directory)) open_.pop_back();
    const Node node = image_.node(id);
    if (node.type == EntryType::directory) return enter(image_.name(id), path);
    if (node.type != EntryType::file) return;
    for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
      if (path.ends_with(found[*at].cache->suffix)) return count(found[*at], node);
    }
  }

  void enter(std::string_view name, std::string_view path) {
    for (const Cache& cache : kCaches) {
      // The last component is compared first: it rules out nearly every directory at no cost.
      const bool maybe =
          cache.directory.ends_with(name) && cache.directory[cache.directory.size() - name.size() - 1] == '/';
      if (!maybe || !glob_matches(cache.directory, path)) continue;
      open_.push_back(found.size());
      found.push_back({.cache = &cache, .directory = std::string(path), .layers = {}, .linked = {}});
    }
  }

  /// A file with names outside the cache would stay when the cache goes: uv and pnpm link what they install.
  static void count(Found& cache, const Node& node) {
    auto& [files, bytes] = cache.layers[node.layer];
    ++files;
    if (node.link_count == 1 || ++cache.linked[node.inode] == node.link_count) bytes += node.size_bytes;
  }

  static bool is_inside(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path[directory.size()] == '/' && path.starts_with(directory);
  }

  const ImageModel& image_;
  std::vector<std::size_t> open_;  // into found: the caches around the walk, outermost first
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  for (const Found& found : Search(in.image).found) {
    for (const auto& [layer, amount] : found.layers) {
      const auto& [files, bytes] = amount;
      if (bytes < in.options.min_waste_bytes) continue;
      out.add(
          {.message = cat(found.cache->name, " in ", seen_path(found.directory), ": ", counted(files, "file", "files"),
                          ", ", human_bytes(bytes), " that the function never reads"),
           .fix = cat("in the same RUN step: ", found.cache->fix),
           .where = {in_layer(layer, found.directory)},
           .wasted_bytes = bytes,
           .severity = {}});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule package_manager_cache = {.info = {.id = "package-manager-cache",
                                                       .title = "Package manager's cache or lists in the image",
                                                       .since = "0.1.0",
                                                       .category = Category::size,
                                                       .severity = Severity::info,
                                                       .evidence = Evidence::documented,
                                                       .profiles = kLambdaAndGeneric,
                                                       .fixed_by = "drop-package-caches"},
                                              .check = check};

}  // namespace ocitidy::rules
