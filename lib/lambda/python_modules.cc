// python_modules.cc - see python_modules.h.
#include "lambda/python_modules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "base/file_name.h"
#include "base/text.h"
#include "formats/path_list.h"
#include "lambda/bytecode.h"
#include "lambda/handler.h"
#include "lambda/python_tags.h"
#include "lambda/search_paths.h"

namespace ocitidy::lambda {
namespace {

using Strings = std::vector<std::string>;

/// Where the interpreter keeps modules: its standard library first. Every Python's when it is not known which runs.
Strings library_roots(const ImageModel& image) {
  Strings standard, packages;
  if (const auto survey = survey_bytecode(image)) {
    for (const ImportRoot& root : survey->roots) {
      if (root.kind == ImportRoot::Kind::standard_library) standard.push_back(cat("/", root.path));
      if (root.kind == ImportRoot::Kind::packages) packages.push_back(cat("/", root.path));
    }
  } else {
    image.walk([&](NodeId, std::string_view path) {
      const bool may_be = path.ends_with("-packages") || file_name(path).starts_with("python3");
      if (!may_be || !is_library_folder(path)) return;
      (path.ends_with("-packages") ? packages : standard).push_back(cat("/", path));
    });
  }
  for (std::size_t i = standard.size(); i-- > 0;) {
    standard.insert(standard.begin() + static_cast<std::ptrdiff_t>(i) + 1, cat(standard[i], "/lib-dynload"));
  }
  std::ranges::move(packages, std::back_inserter(standard));
  return standard;
}

/// The endings of module files, the first that is there counts.
Strings endings(const ImageModel& image, const Strings& roots) {
  std::optional<unsigned> minor;
  for (const std::string& root : roots) {
    if (!minor) minor = python_minor(file_name(root));
  }
  Strings all;
  if (minor) {
    const std::string& architecture = image.config().platform.architecture;
    const std::string_view processor = architecture == "arm64" ? "aarch64" : "x86_64";
    for (const std::string_view libc : {"gnu", "musl"}) {
      all.push_back(cat(".cpython-3", *minor, "-", processor, "-linux-", libc, ".so"));
    }
  }
  for (const std::string_view ending : {".abi3.so", ".so", ".py", ".pyc"}) all.emplace_back(ending);
  return all;
}

class ModuleFinder {
 public:
  explicit ModuleFinder(const ImageModel& image)
      : image_(image), roots_(import_roots(image)), endings_(endings(image, roots_)) {}

  /// The module's file as Entry::path; none when there is none.
  std::optional<std::string> find(std::string_view module) {
    const Strings* folders = &roots_;
    for (std::size_t dot = module.find('.'); dot != std::string_view::npos; dot = module.find('.', dot + 1)) {
      folders = &known(module.substr(0, dot), *folders).folders;
      if (folders->empty()) return std::nullopt;
    }
    return known(module, *folders).file;
  }

 private:
  struct Module {
    std::optional<std::string> file;
    Strings folders;  // that its own modules are in; none unless it is a package, several for a namespace
  };

  /// `above`: where the module may be.
  const Module& known(std::string_view module, const Strings& above) {
    const auto [it, is_new] = modules_.try_emplace(std::string(module));
    if (is_new) it->second = search(module.substr(module.rfind('.') + 1), above);
    return it->second;
  }

  Module search(std::string_view name, const Strings& above) const {
    Module found;
    for (const std::string& folder : above) {
      std::string path = cat(folder, "/", name);
      const auto node = image_.resolve(path);
      const bool is_folder = node && image_.node(*node).type == EntryType::directory;
      if (is_folder && (found.file = file_of(cat(path, "/__init__")))) {
        found.folders = {std::move(path)};
        return found;
      }
      if ((found.file = file_of(path))) {
        found.folders.clear();
        return found;
      }
      if (is_folder && found.folders.size() < kMostImportRoots) found.folders.push_back(std::move(path));
    }
    return found;
  }

  std::optional<std::string> file_of(std::string_view stem) const {
    for (const std::string& ending : endings_) {
      std::string path = cat(stem.substr(stem.find_first_not_of('/')), ending);
      if (file_at(image_, path)) return path;
    }
    return std::nullopt;
  }

  const ImageModel& image_;
  const Strings roots_, endings_;
  std::unordered_map<std::string, Module> modules_;  // a reference to an element outlives the next insertion
};

}  // namespace

Strings import_roots(const ImageModel& image) {
  const ImageConfig& config = image.config();
  Strings roots = {start_directory(config), "/var/task"};
  for (const std::string& path : split_paths(env_value(config, "PYTHONPATH").value_or(""))) {
    roots.push_back(from_start(config, path));
  }
  for (const char* root : {"/var/runtime", "/opt/python"}) roots.emplace_back(root);
  std::ranges::move(library_roots(image), std::back_inserter(roots));
  const std::set<NodeId> searched = nodes_of(image, roots);
  std::string doubt;
  image.walk([&](NodeId node, std::string_view path) {
    if (path.ends_with(".pth") && searched.contains(image.parent(node).value_or(NodeId::root))) {
      read_path_file(image, node, roots, doubt);
    }
  });
  std::set<NodeId> seen;
  std::erase_if(roots, [&](const std::string& root) {
    const auto node = image.resolve(root);
    return !node || image.node(*node).type != EntryType::directory || !seen.insert(*node).second;
  });
  if (roots.size() > kMostImportRoots) roots.resize(kMostImportRoots);
  return roots;
}

Strings with_module_files(const ImageModel& image, std::span<const std::string> used) {
  Strings paths;
  std::optional<ModuleFinder> finder;
  std::size_t modules = 0;
  for (const std::string& path : used) {
    if (!path.starts_with(kModulePrefix)) {
      paths.push_back(path);
    } else if (++modules <= kMostModules) {
      if (!finder) finder.emplace(image);
      if (auto file = finder->find(std::string_view(path).substr(kModulePrefix.size()))) {
        paths.push_back(std::move(*file));
      }
    }
  }
  return paths;
}

}  // namespace ocitidy::lambda
