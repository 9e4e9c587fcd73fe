// layer_sums.cc - see layer_sums.h.
#include "lint/layer_sums.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/flat_blocks.h"
#include "lambda/python_tags.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

// Where package managers put what a lock file names.
constexpr std::array<std::string_view, 5> kDependencyFolders = {"site-packages", "dist-packages", "node_modules",
                                                                "vendor", "gems"};
constexpr std::array<std::string_view, 11> kSources = {".py",  ".js", ".mjs", ".cjs",  ".ts", ".tsx",
                                                       ".jsx", ".rb", ".php", ".java", ".kt"};
// What an install step needs to have beside it; such files stand below it on purpose.
constexpr std::array<std::string_view, 7> kInstallInputs = {
    "setup.py", ".pnp.cjs", ".pnp.loader.mjs", "Gemfile", "conftest.py", "postinstall.js", "preinstall.js"};
constexpr std::array<std::string_view, 6> kCodeFolders = {"var/task/", "app/",      "usr/src/",
                                                          "code/",     "function/", "workspace/"};
constexpr std::array<std::string_view, 7> kSystemFolders = {"usr/",  "lib/", "lib64/",   "bin/",
                                                            "sbin/", "opt/", "var/lang/"};
constexpr std::array<std::string_view, 6> kDatabases = {
    "var/lib/dpkg/status",      "lib/apk/db/installed", "usr/lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages", "usr/lib/sysimage/rpm/rpmdb.sqlite"};
constexpr std::array<std::string_view, 4> kInstallers = {"pip", "setuptools", "wheel", "pkg_resources"};

bool starts_with_any(std::string_view path, std::span<const std::string_view> folders) {
  return std::ranges::any_of(folders, [&](std::string_view folder) { return path.starts_with(folder); });
}

/// What of a path follows the folder of dependencies that it is in, the first of the list that it has; "" when it is in
/// none. Members of one directory follow each other, so that is looked at once.
class Dependencies {
 public:
  std::string_view below(std::string_view path) {
    const std::string_view directory = parent_path(path);
    if (directory != directory_) look_at(directory);
    return below_ == 0 ? std::string_view() : path.substr(below_);
  }

 private:
  void look_at(std::string_view directory) {
    directory_ = directory;
    below_ = 0;
    auto wanted = kDependencyFolders.end();  // what is better than the one found so far
    for (std::size_t begin = 0; begin < directory.size();) {
      const std::size_t end = std::min(directory.find('/', begin), directory.size());
      const auto folder = std::find(kDependencyFolders.begin(), wanted, directory.substr(begin, end - begin));
      begin = end + 1;
      if (folder == wanted) continue;
      wanted = folder;
      below_ = begin;
    }
  }

  std::string_view directory_;
  std::size_t below_ = 0;  // where in the paths it begins; 0: in none
};

/// "pip/_internal/x.py", "setuptools-65.5.1.dist-info/RECORD".
bool is_installer(std::string_view below) {
  const std::string_view name = below.substr(0, below.find('/'));
  return std::ranges::any_of(kInstallers, [&](std::string_view installer) {
    return name.starts_with(installer) && (name.size() == installer.size() || name[installer.size()] == '-');
  });
}

bool is_interpreter(std::string_view path) {
  if (file_name(parent_path(path)) != "bin") return false;
  const std::string_view name = file_name(path);
  return name == "node" || name == "ruby" || name == "java" || lambda::python_minor(name).has_value();
}

}  // namespace

LayerSums::LayerSums(const ImageModel& image) {
  std::string_view workdir = image.config().working_dir;
  while (workdir.starts_with('/')) workdir.remove_prefix(1);
  while (workdir.ends_with('/')) workdir.remove_suffix(1);
  if (!workdir.empty()) workdir_ = cat(workdir, "/");
}

LayerSum LayerSums::sum_of(const Layer& layer) const {
  LayerSum sum;
  Dependencies dependencies;
  for (const Entry& entry : layer.entries) {
    if (entry.type != EntryType::file) continue;
    if (const std::string_view below = dependencies.below(entry.path); !below.empty()) {
      (is_installer(below) ? sum.installer_bytes : sum.dependency_bytes) += entry.size_bytes;
    } else if (is_code(entry.path)) {
      ++sum.code_files;
      sum.code_bytes += entry.size_bytes;
      if (sum.code.size() < kShown) sum.code.push_back(seen_path(entry.path));
    } else if (starts_with_any(entry.path, kSystemFolders)) {
      sum.system_bytes += entry.size_bytes;
      sum.has_interpreter |= is_interpreter(entry.path);
    }
    sum.has_package_database |= std::ranges::find(kDatabases, entry.path) != kDatabases.end();
  }
  return sum;
}

bool LayerSums::is_code(std::string_view path) const {
  if (!starts_with_any(path, kCodeFolders) && (workdir_.empty() || !path.starts_with(workdir_))) return false;
  const auto ends = [&](std::string_view suffix) { return path.ends_with(suffix); };
  return std::ranges::any_of(kSources, ends) && std::ranges::none_of(kInstallInputs, ends);
}

std::vector<LayerPair> misordered_layers(
    const LintInput& in, const std::function<bool(const LayerSum&)>& changes,
    const std::function<bool(const LayerSum& upper, const LayerSum& lower)>& stays) {
  constexpr std::size_t kMostPairs = 20;
  const auto layers = in.image.layers();
  const LayerSums judge(in.image);
  std::vector<LayerPair> pairs;
  std::optional<std::uint32_t> lower;
  LayerSum lower_sum;
  for (std::uint32_t layer = in.base.count; layer < layers.size() && pairs.size() < kMostPairs; ++layer) {
    const LayerSum sum = judge.sum_of(layers[layer]);
    if (lower && stays(sum, lower_sum)) {
      pairs.push_back({.upper = layer, .lower = *lower, .upper_sum = sum, .lower_sum = lower_sum});
    }
    if (lower || !changes(sum)) continue;
    lower = layer;
    lower_sum = sum;
  }
  return pairs;
}

std::string estimated_chunks(std::uint64_t bytes) {
  const std::uint64_t chunks = bytes / lambda::kChunkBytes + (bytes % lambda::kChunkBytes == 0 ? 0 : 1);
  return cat("about ", chunks, chunks == 1 ? " chunk" : " chunks", " of 512 KiB (an estimate)");
}

}  // namespace ocitidy::rules
