// search_paths.cc - see search_paths.h.
#include "lambda/search_paths.h"

#include "base/file_name.h"
#include "base/text.h"
#include "image/captured_text.h"
#include "lambda/handler.h"

namespace ocitidy::lambda {
namespace {

using Strings = std::vector<std::string>;

void add_class_path(const ImageConfig& config, std::string_view list, ClassPath& out) {
  for (const std::string& item : split_paths(list)) {
    std::string path = from_start(config, item);
    if (path.ends_with("/*")) {
      out.jar_folders.push_back(path.substr(0, path.size() - 2));
    } else {
      out.directories.push_back(path);
      out.jars.push_back(std::move(path));
    }
  }
}

}  // namespace

bool ends_in(std::string_view path, std::string_view tail) {
  return path.ends_with(tail) && (path.size() == tail.size() || path[path.size() - tail.size() - 1] == '/');
}

std::optional<NodeId> file_at(const ImageModel& image, std::string_view path) {
  const std::optional<NodeId> node = image.resolve(path);
  return node && image.node(*node).type == EntryType::file ? node : std::nullopt;
}

Strings split_paths(std::string_view list) {
  Strings parts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (end > 0) parts.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

std::string from_start(const ImageConfig& config, std::string_view path) {
  return path.starts_with('/') ? std::string(path) : cat(start_directory(config), "/", path);
}

std::set<NodeId> nodes_of(const ImageModel& image, const Strings& paths) {
  std::set<NodeId> nodes;
  for (const std::string& path : paths) {
    if (const auto node = image.resolve(path)) nodes.insert(*node);
  }
  return nodes;
}

bool is_library_folder(std::string_view path) {
  const std::string_view name = file_name(path), above = file_name(parent_path(path));
  return name == "site-packages" || name == "dist-packages" || (above == "lib" && name.starts_with("python3"));
}

void read_path_file(const ImageModel& image, NodeId node, Strings& roots, std::string& doubt) {
  const std::string path = image.path(node);
  const std::string_view name = file_name(path);
  std::string_view text = text_of(captured_at(image, node));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#') || line.size() > 500 || roots.size() > 100) continue;
    if (!line.starts_with("import ")) {
      roots.push_back(line.starts_with('/') ? std::string(line) : cat("/", parent_path(path), "/", line));
    } else if (!name.ends_with("-nspkg.pth") && name != "distutils-precedence.pth" && name != "_virtualenv.pth") {
      doubt = cat(quote(cat("/", path)), " runs code that may add to Python's path");
    }
  }
}

ClassPath optional_class_path(const ImageConfig& config) {
  ClassPath result;
  for (const char* variable : {"JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"}) {
    const std::string_view options = env_value(config, variable).value_or("");
    if (options.find("-c") != options.npos || options.find("class") != options.npos ||
        options.find('@') != options.npos) {
      result.doubt = cat("ENV ", variable, " may add classes");
    }
  }
  return result;
}

ClassPath given_class_path(const ImageConfig& config, const Strings& options) {
  ClassPath result = optional_class_path(config);
  std::string_view list = env_value(config, "CLASSPATH").value_or("");
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string_view word = options[i];
    const bool names_it = word == "-cp" || word == "-classpath" || word == "--class-path";
    if (names_it && i + 1 < options.size()) list = options[i + 1];
    if (word.starts_with("--class-path=")) list = word.substr(13);
    if (word.starts_with('@') || word == "-p" || word.starts_with("--module-path") || word.starts_with("-Xboot")) {
      result.doubt = cat("the option ", quote(word), " may add classes");
    }
  }
  add_class_path(config, list, result);
  return result;
}

ClassIn class_in(const ImageModel& image, NodeId jar, std::string_view file) {
  const std::optional<EntryId> made_by = image.node(jar).made_by;
  const auto names = made_by ? image.zip_names(*made_by) : std::nullopt;
  if (!names) return ClassIn::unknown;
  ClassIn result = ClassIn::no;
  for (const std::string& name : *names) {
    if (name == file || (name.starts_with("META-INF/versions/") && ends_in(name, file))) return ClassIn::yes;
    if (ends_in(name, file)) result = ClassIn::nested;
  }
  return result;
}

}  // namespace ocitidy::lambda
