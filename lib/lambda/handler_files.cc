// handler_files.cc - sys.path, require(), class path and assembly folder, replayed on the merged tree.
#include "lambda/handler_files.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <span>

#include "base/file_name.h"
#include "base/text.h"
#include "image/captured_text.h"
#include "lambda/search_paths.h"

namespace ocitidy::lambda {
namespace {

using Verdict = HandlerFile::Verdict;
using Strings = std::vector<std::string>;

constexpr std::size_t kMostElsewhere = 1000;
constexpr std::string_view kTaskRoot = "/var/task";

/// What stands before `tail` in a path that ends in it, without the slash.
std::string_view before(std::string_view path, std::string_view tail) {
  return path.size() == tail.size() ? std::string_view() : path.substr(0, path.size() - tail.size() - 1);
}

/// The start directory, /var/task, and what `variable` lists.
Strings usual_roots(const ImageConfig& config, std::string_view variable) {
  Strings roots = {start_directory(config)};
  if (roots.front() != kTaskRoot) roots.emplace_back(kTaskRoot);
  for (const std::string& path : split_paths(env_value(config, variable).value_or(""))) {
    roots.push_back(from_start(config, path));
  }
  return roots;
}

/// Tries each root with each ending. Fills `wanted` with the tries, and `source` when the ending is of source text.
bool try_roots(const ImageModel& image, const Strings& roots, std::string_view file,
               std::span<const std::string_view> endings, std::span<const std::string_view> source_endings,
               HandlerFile& result) {
  for (const std::string& root : roots) {
    for (const std::string_view ending : endings) {
      const std::string path = cat(root, "/", file, ending);
      const std::optional<NodeId> found = file_at(image, path);
      if (!found) {
        result.wanted.push_back(path);
        continue;
      }
      result.verdict = Verdict::found;
      if (std::ranges::find(source_endings, ending) != source_endings.end()) result.source = found;
      return true;
    }
  }
  return false;
}

void add_elsewhere(HandlerFile& result, std::string_view path) {
  if (result.elsewhere.size() < kMostElsewhere) result.elsewhere.push_back(cat("/", path));
}

// ---- Python ----

bool is_below_library(std::string_view path) {
  for (std::string_view above = parent_path(path); !above.empty(); above = parent_path(above)) {
    if (is_library_folder(above)) return true;
  }
  return false;
}

/// The directory that would have to be on Python's path for `path` to be the module `file`; none when it is not it.
std::optional<std::string_view> module_root(std::string_view path, std::string_view file) {
  const std::string_view name = file_name(path);
  if (name == "__init__.py" || name == "__init__.pyc") {
    const std::string_view package = parent_path(path);
    return ends_in(package, file) ? std::optional(before(package, file)) : std::nullopt;
  }
  const std::string_view leaf = file_name(file);
  if (!name.starts_with(leaf) || name.size() == leaf.size()) return std::nullopt;
  const std::string_view ending = name.substr(leaf.size());
  const bool is_module = ending == ".py" || ending == ".pyc" || (ending.front() == '.' && ending.ends_with(".so"));
  const std::string_view stem = path.substr(0, path.size() - ending.size());
  return is_module && ends_in(stem, file) ? std::optional(before(stem, file)) : std::nullopt;
}

HandlerFile find_python(const ImageModel& image, const Handler& handler) {
  constexpr std::array<std::string_view, 6> kEndings = {".py",      "/__init__.py", ".so",
                                                        ".abi3.so", ".pyc",         "/__init__.pyc"};
  const std::string file = parts_of(handler).file;
  HandlerFile result;
  Strings roots = usual_roots(image.config(), "PYTHONPATH");
  for (const char* root : {"/var/runtime", "/opt/python"}) roots.emplace_back(root);
  if (try_roots(image, roots, file, kEndings, std::span(kEndings).first(2), result)) return result;
  for (const std::string& root : roots) {
    if (file_at(image, root)) result.doubt = cat(quote(root), " is on Python's path, and is a file");
  }

  std::string hook;
  std::vector<std::pair<NodeId, std::string>> seen;  // the module, and the directory it is a module of
  image.walk([&](NodeId node, std::string_view path) {
    if (path.ends_with("-packages") || file_name(path).starts_with("python3")) {
      if (is_library_folder(path)) roots.push_back(cat("/", path));
    } else if (path.ends_with(".pth")) {
      read_path_file(image, node, roots, hook);
    } else if (const auto root = module_root(path, file); root && seen.size() < kMostElsewhere && image.resolve(path)) {
      seen.emplace_back(node, *root);
    }
  });
  const std::size_t tried = result.wanted.size();
  if (try_roots(image, roots, file, kEndings, {}, result)) return result;
  result.wanted.resize(tried);
  const std::set<NodeId> known = nodes_of(image, roots);
  for (const auto& [node, root] : seen) {
    const std::string path = image.path(node);
    if (const auto directory = image.resolve(root); directory && known.contains(*directory)) {
      result.verdict = Verdict::found;
      return result;
    }
    if (!is_below_library(path)) add_elsewhere(result, path);
  }
  if (result.doubt.empty() && !result.elsewhere.empty()) result.doubt = std::move(hook);
  if (!result.doubt.empty()) result.verdict = Verdict::doubtful;
  return result;
}

// ---- Node.js and Ruby ----

HandlerFile find_node(const ImageModel& image, const Handler& handler) {
  constexpr std::array<std::string_view, 6> kEndings = {".js", ".mjs", ".cjs", "", "/index.js", "/package.json"};
  const std::string file = parts_of(handler).file;
  HandlerFile result;
  const Strings roots = file.starts_with('/') ? Strings{""} : usual_roots(image.config(), "NODE_PATH");
  const std::string_view below_root = std::string_view(file).substr(file.starts_with('/') ? 1 : 0);
  if (try_roots(image, roots, below_root, kEndings, std::span(kEndings).first(4), result)) return result;
  const std::string packaged = cat("node_modules/", below_root);
  image.walk([&](NodeId, std::string_view path) {
    std::string_view stem = path;
    for (const std::string_view ending : {".js", ".mjs", ".cjs", ".ts"}) {
      if (path.ends_with(ending)) stem.remove_suffix(ending.size());
    }
    if (!ends_in(stem, below_root)) return;
    if (ends_in(stem, packaged)) {
      result.verdict = Verdict::found;
    } else if (stem != path && path.find("node_modules/") == path.npos) {
      add_elsewhere(result, path);
    }
  });
  return result;
}

HandlerFile find_ruby(const ImageModel& image, const Handler& handler) {
  constexpr std::array<std::string_view, 2> kEndings = {".rb", ".so"};
  const std::string file = parts_of(handler).file;
  HandlerFile result;
  const Strings roots = file.starts_with('/') ? Strings{""} : usual_roots(image.config(), "RUBYLIB");
  const std::string_view below_root = std::string_view(file).substr(file.starts_with('/') ? 1 : 0);
  if (try_roots(image, roots, below_root, kEndings, std::span(kEndings).first(1), result)) return result;
  const std::string name = cat(below_root, ".rb");
  image.walk([&](NodeId, std::string_view path) {
    if (!ends_in(path, name)) return;
    const std::string_view root = before(path, name);
    if (file_name(root) == "lib" || root.find("/ruby/") != root.npos) {  // of a gem, or of Ruby itself
      result.verdict = Verdict::found;
    } else {
      add_elsewhere(result, path);
    }
  });
  return result;
}

// ---- Java ----

/// What the client and the runtime add by themselves included.
ClassPath class_path(const ImageConfig& config, const Handler& handler) {
  ClassPath result = handler.on_base_image ? optional_class_path(config) : given_class_path(config, handler.java);
  for (const std::string& directory : {std::string(kTaskRoot), start_directory(config)}) {
    result.directories.insert(result.directories.begin(), directory);
  }
  const Strings folders = {start_directory(config) + "/lib", "/var/task/lib", "/opt/java/lib", "/var/runtime/lib"};
  result.jar_folders.insert(result.jar_folders.begin(), folders.begin(), folders.end());
  return result;
}

HandlerFile find_java(const ImageModel& image, const Handler& handler) {
  const std::string file = parts_of(handler).file;
  ClassPath classes = class_path(image.config(), handler);
  HandlerFile result;
  if (try_roots(image, classes.directories, file, std::array{std::string_view()}, {}, result)) return result;
  result.wanted = {cat(classes.directories.front(), "/", file), cat(classes.jar_folders.front(), "/*.jar")};
  const std::set<NodeId> folders = nodes_of(image, classes.jar_folders), jars = nodes_of(image, classes.jars);
  image.walk([&](NodeId node, std::string_view path) {
    if (ends_in(path, file)) add_elsewhere(result, path);
    if (!path.ends_with(".jar") && !path.ends_with(".war")) return;
    const std::optional<NodeId> target = file_at(image, path);
    if (!target) return;
    const bool used = jars.contains(*target) || folders.contains(image.parent(node).value_or(NodeId::root));
    const ClassIn how = class_in(image, *target, file);
    if (how == ClassIn::yes && used) result.verdict = Verdict::found;
    if (how == ClassIn::unknown && used)
      classes.doubt = cat("nothing is known of what ", quote(cat("/", path)), " holds");
    if (how == ClassIn::nested && used) classes.doubt = cat(quote(cat("/", path)), " has it in a folder or jar inside");
    if ((how == ClassIn::yes && !used) || how == ClassIn::nested) add_elsewhere(result, path);
  });
  if (result.verdict == Verdict::found) return result;
  // The manifest of a jar on the class path may name others.
  if (classes.doubt.empty() && !handler.on_base_image && !result.elsewhere.empty()) {
    classes.doubt = "a jar's manifest may add to the class path";
  }
  if (!classes.doubt.empty()) result.verdict = Verdict::doubtful;
  result.doubt = std::move(classes.doubt);
  return result;
}

// ---- .NET ----

HandlerFile find_dotnet(const ImageModel& image, const Handler& handler) {
  const std::string name = parts_of(handler).file;
  const bool is_library = handler.text.find(':') != std::string::npos;
  HandlerFile result;
  const Strings roots = usual_roots(image.config(), "");
  constexpr std::array<std::string_view, 2> kEndings = {".dll", ""};
  const bool found = try_roots(image, roots, name, std::span(kEndings).first(is_library ? 1 : 2), {}, result);
  const std::set<NodeId> folders = nodes_of(image, roots);
  bool has_deps = false, has_config = false;
  const std::string assembly = cat(name, ".dll");
  image.walk([&](NodeId node, std::string_view path) {
    const bool in_root = folders.contains(image.parent(node).value_or(NodeId::root));
    if (in_root && path.ends_with(".deps.json")) has_deps = true;
    if (in_root && path.ends_with(".runtimeconfig.json")) has_config = true;
    if (!found && ends_in(path, assembly)) add_elsewhere(result, path);
  });
  if (!found || !is_library || (has_deps && has_config)) return result;
  result.verdict = Verdict::missing;
  result.wanted = {cat(kTaskRoot, "/", name, has_deps ? ".runtimeconfig.json" : ".deps.json")};
  return result;
}

}  // namespace

HandlerFile find_handler_file(const ImageModel& image, const Handler& handler) {
  HandlerFile result;
  switch (handler.runtime) {
    case HandlerRuntime::python:
      result = find_python(image, handler);
      break;
    case HandlerRuntime::node:
      result = find_node(image, handler);
      break;
    case HandlerRuntime::java:
      result = find_java(image, handler);
      break;
    case HandlerRuntime::ruby:
      result = find_ruby(image, handler);
      break;
    case HandlerRuntime::dotnet:
      result = find_dotnet(image, handler);
      break;
  }
  std::ranges::sort(result.elsewhere);
  return result;
}

std::string node_client_version(const ImageModel& image) {
  for (const std::string& folder : {start_directory(image.config()), std::string(kTaskRoot),
                                    std::string("/usr/local/lib"), std::string("/usr/lib"), std::string("")}) {
    const auto node = file_at(image, cat(folder, "/node_modules/aws-lambda-ric/package.json"));
    if (!node) continue;
    const std::string_view text = text_of(captured_at(image, *node));
    constexpr std::string_view kKey = "\"version\"";
    std::size_t at = text.find(kKey);
    if (at == text.npos) continue;
    at = text.find_first_not_of(" \t\r\n:\"", at + kKey.size());
    const std::size_t end = at == text.npos ? at : text.find_first_not_of("0123456789.", at);
    if (end != text.npos) return std::string(text.substr(at, end - at));
  }
  return {};
}

}  // namespace ocitidy::lambda
