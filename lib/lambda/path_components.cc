// path_components.cc - see path_components.h.
#include "lambda/path_components.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/file_name.h"
#include "base/text.h"
#include "image/captured_text.h"

namespace ocitidy::lambda {
namespace {

/// Where builders of official images, and those who follow them, put interpreters that no package manager brings.
/// `prefix` of a name in `directory`; with `whole`, the name.
struct InterpreterPath {
  std::string_view directory, prefix, interpreter;
  enum class Match : std::uint8_t { prefix, whole } match = Match::prefix;
};

/// Read 2026-09-01 from the Dockerfiles of the official images (python, node, ruby, openjdk, eclipse-temurin, golang,
/// php, dotnet) and of the AWS base images for Lambda.
constexpr auto kInterpreters = [] {
  using enum InterpreterPath::Match;
  return std::to_array<InterpreterPath>({
      {"usr/local/lib", "python", "python"},
      {"usr/local/lib", "libpython", "python"},
      {"usr/local/include", "python", "python"},
      {"usr/local/bin", "python", "python"},
      {"usr/local/bin", "pydoc", "python"},
      {"usr/local/bin", "idle", "python"},
      {"usr/local/bin", "2to3", "python"},
      {"usr/local/share/man/man1", "python", "python"},
      {"usr/local/lib/pkgconfig", "python", "python"},
      {"usr/local/bin", "node", "node"},
      {"usr/local/bin", "npm", "node"},
      {"usr/local/bin", "npx", "node"},
      {"usr/local/bin", "corepack", "node"},
      {"usr/local/bin", "yarn", "node"},
      {"usr/local/include", "node", "node", whole},
      {"usr/local/share/doc", "node", "node", whole},
      {"usr/local", "CHANGELOG.md", "node", whole},
      {"usr/local", "LICENSE", "node", whole},
      {"usr/local", "README.md", "node", whole},
      {"usr/local/lib/node_modules", "npm", "node", whole},
      {"usr/local/lib/node_modules", "corepack", "node", whole},
      {"opt", "yarn-", "node"},
      {"usr/local/lib", "ruby", "ruby", whole},
      {"usr/local/lib", "libruby", "ruby"},
      {"usr/local/include", "ruby", "ruby"},
      {"usr/local/bin", "ruby", "ruby", whole},
      {"usr/local/bin", "irb", "ruby", whole},
      {"usr/local/bin", "gem", "ruby", whole},
      {"usr/local/bin", "bundle", "ruby"},
      {"usr/local/bin", "rake", "ruby", whole},
      {"opt", "java", "java", whole},
      {"opt", "openjdk", "java"},
      {"opt", "jdk", "java"},
      {"opt", "jre", "java"},
      {"usr/lib", "jvm", "java", whole},
      {"usr/local", "openjdk-", "java"},
      {"usr/local", "go", "go", whole},
      {"usr/local/lib", "php", "php", whole},
      {"usr/local/include", "php", "php", whole},
      {"usr/local/bin", "php", "php"},
      {"usr/share", "dotnet", "dotnet", whole},
      {"usr/lib", "dotnet", "dotnet", whole},
      {"var", "lang", "lambda", whole},
      {"var", "runtime", "lambda", whole},
  });
}();

/// Folders that hold nothing but somebody's own code, by custom.
constexpr auto kApplicationFolders =
    std::to_array<std::string_view>({"var/task", "app", "function", "usr/src/app", "opt"});

/// A working directory is the application's, unless it is one of the system's own.
constexpr auto kSystemFolders = std::to_array<std::string_view>(
    {"",         "bin",         "boot",    "dev",      "etc",       "home",          "lib", "lib64",
     "media",    "mnt",         "proc",    "root",     "run",       "sbin",          "srv", "sys",
     "tmp",      "usr",         "usr/bin", "usr/lib",  "usr/local", "usr/local/bin", "var", "var/lib",
     "var/lang", "var/runtime", "usr/src", "usr/share"});

/// Data and models: they lie beside the code and change less often.
constexpr auto kDataSuffixes = std::to_array<std::string_view>(
    {".bin",  ".csv",   ".dat", ".db",          ".gguf",   ".h5",      ".joblib", ".json",
     ".mmdb", ".model", ".npy", ".npz",         ".onnx",   ".parquet", ".pb",     ".pickle",
     ".pkl",  ".pt",    ".pth", ".safetensors", ".sqlite", ".tflite",  ".ttf",    ".wasm"});

bool is_data(std::string_view name) {
  return std::ranges::any_of(kDataSuffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
}

bool is_site_folder(std::string_view name) { return name == "site-packages" || name == "dist-packages"; }

/// "numpy" of "numpy", "numpy.libs", "six.py" and "_cffi.abi3.so"; "" for what belongs to no package by its name:
/// bytecode, path files, and what an editable installation leaves behind.
std::string python_component(std::string_view name, EntryType type) {
  if (name.starts_with("__") || name.starts_with('.')) return {};
  if (type == EntryType::directory) {
    if (name.ends_with(".libs")) name.remove_suffix(std::string_view(".libs").size());
    if (name.ends_with(".egg")) name = name.substr(0, name.find('-'));
  } else {
    const std::size_t dot = name.find('.');
    const std::string_view suffix = dot == std::string_view::npos ? std::string_view() : name.substr(dot);
    if (!suffix.ends_with(".py") && !suffix.ends_with(".so")) return {};
    name = name.substr(0, dot);
  }
  std::string result = normalised_python_name(name);
  result.erase(0, std::min(result.find_first_not_of('-'), result.size()));
  return result;
}

}  // namespace

PathComponents::PathComponents(const ImageModel& image, PathTree& tree, const Packages& packages, ComponentTable& table)
    : image_(image), tree_(tree), table_(table), spots_(tree.size()) {
  fix_interpreters();
  fix_applications();
  fix_start_command();
  fix_python(packages);
  spots_[PathTree::kRoot] = spot(ComponentKind::library, "folder:/", {}, Family::folder);
  for (Place place = 1; place < tree_.size(); ++place) spots_[place] = decide(place);
}

/// The first to fix a place counts.
void PathComponents::fix(std::optional<Place> place, ComponentKind kind, std::string name, std::string_view version,
                         Family family) {
  if (!place || *place == PathTree::kRoot || fixed_.contains(*place)) return;
  fixed_.emplace(*place, spot(kind, std::move(name), version, family));
}

void PathComponents::fix_interpreters() {
  for (const InterpreterPath& row : kInterpreters) {
    const auto directory = tree_.find(row.directory, PathTree::kRoot, PathTree::Last::follow);
    if (!directory) continue;
    for (const Place child : tree_.children(*directory)) {
      const std::string_view name = tree_.name(child);
      if (!name.starts_with(row.prefix) || (row.match == InterpreterPath::Match::whole && name != row.prefix)) continue;
      const std::string_view rest = name.substr(row.prefix.size());
      const bool tells_version = row.directory == "usr/local/lib" && rest.find('.') != std::string_view::npos &&
                                 tree_.type(child) == EntryType::directory;
      const bool is_of_npm = row.directory.ends_with("node_modules") || row.interpreter == "java";
      fix(child, ComponentKind::interpreter, cat("interpreter:", row.interpreter),
          tells_version ? rest : std::string_view(), is_of_npm ? Family::closed : Family::interpreter);
    }
  }
}

void PathComponents::fix_application(std::optional<Place> place) {
  if (!place || tree_.type(*place) != EntryType::directory) return;
  fix(place, ComponentKind::application, cat("app:", tree_.path(*place)), {}, Family::application);
}

void PathComponents::fix_applications() {
  const auto work = tree_.find(image_.config().working_dir, PathTree::kRoot, PathTree::Last::follow);
  if (work && std::ranges::find(kSystemFolders, tree_.path(*work)) == kSystemFolders.end()) fix_application(work);
  for (const std::string_view path : kApplicationFolders)
    fix_application(tree_.find(path, PathTree::kRoot, PathTree::Last::follow));
  // What is put into /opt comes from many hands: Lambda layers, extensions, virtual environments.
  if (const auto opt = tree_.child(PathTree::kRoot, "opt")) {
    for (const Place child : tree_.children(*opt)) fix_application(child);
  }
}

/// Programs that the image starts and that lie in no folder of the application: "COPY main /main".
void PathComponents::fix_start_command() {
  const auto work = tree_.find(image_.config().working_dir, PathTree::kRoot, PathTree::Last::follow);
  for (const auto* words : {&image_.config().entrypoint, &image_.config().cmd}) {
    for (const std::string& word : *words) {
      const auto program = tree_.find(word, work.value_or(PathTree::kRoot), PathTree::Last::follow);
      if (!program || tree_.type(*program) != EntryType::file) continue;
      fix(program, ComponentKind::application, cat("app:", tree_.path(*program)), {}, Family::closed);
    }
  }
}

void PathComponents::fix_python(const Packages& packages) {
  for (const Package& package : packages.all()) {
    const auto info = tree_.place(package.node);
    if (!info || package.ecosystem != Ecosystem::python || package.name.empty()) continue;
    const Place root = tree_.parent(*info);
    if (!is_site_folder(tree_.name(root))) python_names_[root].push_back(package.name);
    fix(info, ComponentKind::library, cat("python:", package.name), package.version, Family::closed);
  }
  for (auto& [root, names] : python_names_) std::ranges::sort(names);
}

PathComponents::Spot PathComponents::decide(Place place) {
  if (const auto it = fixed_.find(place); it != fixed_.end()) return it->second;
  const std::string_view name = tree_.name(place);
  const Place parent = tree_.parent(place);
  const Spot above = spots_[parent];
  if (parent == PathTree::kRoot && tree_.type(place) == EntryType::directory) {
    if (const auto found = by_tree_shape(place, name)) return *found;
    return spot(ComponentKind::library, cat("folder:", name), {}, Family::folder);
  }
  if (above.family == Family::closed) return above;
  if (const auto found = by_node_package(place, name)) return *found;
  if (above.family == Family::node) return above;
  if (const auto found = by_tree_shape(place, name)) return *found;
  if (const auto found = by_python_name(place, name)) return *found;
  if (const auto found = by_gem_or_jar(place, name)) return *found;
  if (above.family == Family::interpreter) return above;
  return by_size(place, name).value_or(above);
}

/// Interpreters at unusual places: virtual trees that hold Python's own modules, and Java images made by jlink.
std::optional<PathComponents::Spot> PathComponents::by_tree_shape(Place place, std::string_view name) {
  if (tree_.type(place) != EntryType::directory) return std::nullopt;
  if (name.starts_with("python3") && tree_.child(place, "os.py")) {
    const std::string_view version = name.substr(std::string_view("python").size());
    return spot(ComponentKind::interpreter, "interpreter:python", version, Family::interpreter);
  }
  const auto lib = tree_.child(place, "lib"), bin = tree_.child(place, "bin");
  if (lib && bin && tree_.child(*lib, "modules") && tree_.child(*bin, "java")) {
    return spot(ComponentKind::interpreter, "interpreter:java", {}, Family::closed);
  }
  return std::nullopt;
}

std::optional<PathComponents::Spot> PathComponents::by_node_package(Place place, std::string_view name) {
  if (name.starts_with('.') || name.starts_with('@') || tree_.type(place) != EntryType::directory) return std::nullopt;
  const Place parent = tree_.parent(place);
  const std::string_view holder = tree_.name(parent);
  const bool scoped = holder.starts_with('@') && tree_.name(tree_.parent(parent)) == "node_modules";
  if (holder != "node_modules" && !scoped) return std::nullopt;
  std::string component = scoped ? cat("npm:", holder, "/", name) : cat("npm:", name);
  return spot(ComponentKind::library, std::move(component), package_json_version(place), Family::node);
}

/// The first "version" in what the scan kept of package.json.
std::string_view PathComponents::package_json_version(Place package) const {
  constexpr std::string_view kKey = "\"version\"";
  constexpr std::size_t kLongest = 64;
  const auto file = tree_.child(package, "package.json");
  std::string_view text = file ? text_of(captured_at(image_, tree_.id(*file))) : std::string_view();
  text = text.substr(0, kPackageJsonBytes);
  const std::size_t key = text.find(kKey);
  if (key == std::string_view::npos) return {};
  text = trimmed(text.substr(key + kKey.size()), " \t\r\n:");
  if (!text.starts_with('"')) return {};
  const std::size_t end = text.find('"', 1);
  return end == std::string_view::npos || end > kLongest ? std::string_view() : text.substr(1, end - 1);
}

std::optional<PathComponents::Spot> PathComponents::by_python_name(Place place, std::string_view name) {
  const Place parent = tree_.parent(place);
  const auto names = python_names_.find(parent);
  const bool in_site_folder = is_site_folder(tree_.name(parent));
  if (!in_site_folder && names == python_names_.end()) return std::nullopt;
  const std::string component = python_component(name, tree_.type(place));
  if (component.empty() || (!in_site_folder && !std::ranges::binary_search(names->second, component)))
    return std::nullopt;
  return spot(ComponentKind::library, cat("python:", component), {}, Family::closed);
}

std::optional<PathComponents::Spot> PathComponents::by_gem_or_jar(Place place, std::string_view name) {
  const EntryType type = tree_.type(place);
  const std::string_view holder = tree_.name(tree_.parent(place));
  const auto gem = [&](std::string_view text) -> std::optional<Spot> {
    const auto split = split_at_number(text);
    if (!split) return std::nullopt;
    const std::string_view version = split->version.substr(0, split->version.find('-'));
    return spot(ComponentKind::library, cat("gem:", split->name), version, Family::closed);
  };
  if (holder == "gems" && type == EntryType::directory) return gem(name);
  if (holder == "specifications" && name.ends_with(".gemspec"))
    return gem(name.substr(0, name.size() - std::string_view(".gemspec").size()));
  const Place platform = tree_.parent(tree_.parent(place));  // extensions/PLATFORM/ABI/NAME-VERSION
  if (type == EntryType::directory && tree_.name(tree_.parent(platform)) == "extensions") return gem(name);
  if (type != EntryType::file || !name.ends_with(".jar")) return std::nullopt;
  name.remove_suffix(std::string_view(".jar").size());
  const auto split = split_at_number(name);
  // Without a version it is the application itself, wherever that is.
  if (!split && spots_[tree_.parent(place)].family == Family::application) return std::nullopt;
  const std::string_view version = split ? split->version : std::string_view();
  return spot(ComponentKind::library, cat("jar:", split ? split->name : name), version, Family::closed);
}

std::optional<PathComponents::Spot> PathComponents::by_size(Place place, std::string_view name) {
  if (tree_.type(place) != EntryType::file) return std::nullopt;
  const Node node = image_.node(tree_.id(place));
  if (node.size_bytes <= Components::kLargeFileBytes) return std::nullopt;
  // A file of many names, such as busybox, is one component.
  if (const auto it = large_.find(node.inode); it != large_.end()) return it->second;
  const bool is_own = spots_[tree_.parent(place)].family == Family::application && !is_data(name);
  const Spot large = spot(is_own ? ComponentKind::application : ComponentKind::library, cat("file:", tree_.path(place)),
                          {}, Family::closed);
  if (node.link_count > 1) large_.emplace(node.inode, large);
  return large;
}

}  // namespace ocitidy::lambda
