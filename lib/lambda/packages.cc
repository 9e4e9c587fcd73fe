// packages.cc - the ways in which package managers name directories and files.
#include "lambda/packages.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/ascii.h"
#include "base/file_name.h"
#include "base/text.h"

namespace ocitidy::lambda {
namespace {

/// "NAME-VERSION.dist-info", "NAME-VERSION-py3.11.egg-info", "NAME.egg-info". Source: PEP 376, PEP 427, setuptools.
std::optional<NameAndVersion> split_python(std::string_view entry) {
  const bool egg = entry.ends_with(".egg-info");
  if (!egg && !entry.ends_with(".dist-info")) return std::nullopt;
  entry.remove_suffix(std::string_view(".egg-info").size() + (egg ? 0 : 1));
  if (const std::size_t python = entry.rfind("-py"); egg && python != std::string_view::npos) {
    entry = entry.substr(0, python);
  }
  const std::size_t dash = entry.rfind('-');
  if (entry.empty() || dash == 0) return std::nullopt;
  if (dash == std::string_view::npos) return NameAndVersion{entry, {}};
  return NameAndVersion{entry.substr(0, dash), entry.substr(dash + 1)};
}

/// Below these nothing is loaded from: downloads, copies for the packager's own use, and what mounts hide.
bool is_passed_over(std::string_view name, std::string_view path) {
  constexpr std::array kAnywhere = std::to_array<std::string_view>({".cache", ".git", ".npm", "_vendor"});
  constexpr std::array kAtRoot = std::to_array<std::string_view>({"dev", "opt/conda/pkgs", "proc", "sys", "tmp"});
  return std::ranges::find(kAnywhere, name) != kAnywhere.end() || std::ranges::find(kAtRoot, path) != kAtRoot.end();
}

/// One node of the walk, and what its path says.
class Finder {
 public:
  explicit Finder(const ImageModel& image) : image_(image) {}

  std::vector<Package> find() {
    image_.walk([this](NodeId id, std::string_view path) { visit(id, path); });
    // NuGet's cache and .NET itself keep assemblies too: only those beside an application are what it was built with.
    std::erase_if(found_, [this](const Package& package) {
      return package.ecosystem == Ecosystem::dotnet && !dotnet_applications_.contains(package.root);
    });
    return std::move(found_);
  }

 private:
  void visit(NodeId id, std::string_view path) {
    if (!passed_over_.empty()) {
      if (path.starts_with(passed_over_)) return;
      passed_over_.clear();
    }
    const std::string_view name = image_.name(id);
    if (is_passed_over(name, path)) {
      passed_over_ = cat(path, "/");
      return;
    }
    if (name.ends_with("-info")) {
      add_python(id, path, name);
    } else if (name.ends_with(".jar")) {
      add_numbered(Ecosystem::java, id, path, name.substr(0, name.size() - 4), EntryType::file);
    } else if (name.ends_with(".dll")) {
      if (image_.node(id).type == EntryType::file)
        add(Ecosystem::dotnet, std::string(name.substr(0, name.size() - 4)), {}, id, parent_path(path));
    } else if (name.ends_with(".runtimeconfig.json")) {
      dotnet_applications_.emplace(parent_path(path));
    } else {
      add_by_parent(id, path, name);
    }
  }

  void add_python(NodeId id, std::string_view path, std::string_view name) {
    const auto split = split_python(name);
    const EntryType type = image_.node(id).type;
    if (!split || (type != EntryType::directory && type != EntryType::file)) return;
    add(Ecosystem::python, normalised_python_name(split->name), split->version, id, parent_path(path));
  }

  void add_numbered(Ecosystem ecosystem, NodeId id, std::string_view path, std::string_view text, EntryType type) {
    const auto split = split_at_number(text);
    if (!split || image_.node(id).type != type) return;
    add(ecosystem, std::string(split->name), split->version.substr(0, split->version.find('-')), id, parent_path(path));
  }

  void add_by_parent(NodeId id, std::string_view path, std::string_view name) {
    const std::string_view parent = parent_path(path);
    const std::string_view holder = file_name(parent);
    if (holder == "gems") return add_numbered(Ecosystem::ruby, id, path, name, EntryType::directory);
    const bool scoped = holder.starts_with('@') && file_name(parent_path(parent)) == "node_modules";
    if ((holder != "node_modules" && !scoped) || name.starts_with('.') || name.starts_with('@')) return;
    if (image_.node(id).type != EntryType::directory) return;
    add(Ecosystem::node, scoped ? cat(holder, "/", name) : std::string(name), {}, id,
        scoped ? parent_path(parent) : parent);
  }

  void add(Ecosystem ecosystem, std::string name, std::string_view version, NodeId id, std::string_view root) {
    found_.push_back({.ecosystem = ecosystem,
                      .name = std::move(name),
                      .version = std::string(version),
                      .node = id,
                      .root = std::string(root)});
  }

  const ImageModel& image_;
  std::string passed_over_;  // with a slash at its end; "" when the walk is in no such directory
  std::set<std::string, std::less<>> dotnet_applications_;  // folders
  std::vector<Package> found_;
};

/// The number at the front of `text`, up to the next dot, which goes too. None at the end.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  constexpr std::uint64_t kLargest = 1'000'000'000'000;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::uint64_t value = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    value = std::min(kLargest, value * 10 + static_cast<std::uint64_t>(text.front() - '0'));
  }
  if (text.starts_with('.')) text.remove_prefix(1);
  return value;
}

}  // namespace

std::optional<NameAndVersion> split_at_number(std::string_view text) {
  for (std::size_t dash = text.find('-'); dash != std::string_view::npos; dash = text.find('-', dash + 1)) {
    if (dash == 0 || dash + 1 == text.size() || !is_digit(text[dash + 1])) continue;
    return NameAndVersion{text.substr(0, dash), text.substr(dash + 1)};
  }
  return std::nullopt;
}

std::string normalised_python_name(std::string_view name) {
  std::string result;
  for (const char c : name) {
    const bool separates = c == '-' || c == '_' || c == '.';
    if (separates && result.ends_with('-')) continue;
    result += separates ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
  while (true) {
    const auto x = take_number(a), y = take_number(b);
    if (!x && !y) return std::strong_ordering::equal;
    if (const auto order = x.value_or(0) <=> y.value_or(0); order != 0) return order;
  }
}

Packages::Packages(const ImageModel& image) : all_(Finder(image).find()), by_name_(all_.size()) {
  std::iota(by_name_.begin(), by_name_.end(), 0U);
  std::ranges::stable_sort(by_name_, {}, [this](std::uint32_t i) { return std::tie(all_[i].ecosystem, all_[i].name); });
}

const Package* Packages::find(Ecosystem ecosystem, std::string_view name) const {
  const auto key = [this](std::uint32_t i) {
    return std::pair<Ecosystem, std::string_view>(all_[i].ecosystem, all_[i].name);
  };
  const auto it = std::ranges::lower_bound(by_name_, std::pair(ecosystem, name), {}, key);
  return it != by_name_.end() && key(*it) == std::pair(ecosystem, name) ? &all_[*it] : nullptr;
}

}  // namespace ocitidy::lambda
