// client_path.cc - see client_path.h.
#include "lambda/client_path.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/file_name.h"
#include "base/text.h"
#include "image/captured_text.h"
#include "lambda/extensions.h"
#include "lambda/handler.h"
#include "lambda/search_paths.h"
#include "lambda/started_script.h"

namespace ocitidy::lambda {
namespace {

using Strings = std::vector<std::string>;

/// The words, when all are known.
std::optional<Strings> known_words(const Program& program) {
  Strings words;
  for (const auto& word : program.words) {
    if (!word) return std::nullopt;
    words.push_back(*word);
  }
  return words;
}

bool any_word(const StartChain& start, std::string_view part) {
  return std::ranges::any_of(start.programs, [&](const Program& program) {
    return std::ranges::any_of(program.words, [&](const auto& word) { return word && word->contains(part); });
  });
}

/// The start directory; where WORKDIR is not set, /var/task is taken for possible too.
Strings start_directories(const ImageConfig& config) {
  Strings directories = {start_directory(config)};
  if (config.working_dir.empty()) directories.emplace_back("/var/task");
  return directories;
}

bool is_client_archive(const ImageModel& image, NodeId node) {
  const std::optional<EntryId> made_by = image.node(node).made_by;
  const auto names = made_by ? image.zip_names(*made_by) : std::nullopt;
  return names && std::ranges::any_of(*names, [](const auto& name) { return name.starts_with("awslambdaric"); });
}

/// What one walk of the tree says of the Python client.
struct PythonClient {
  Strings roots;                                   // of Python's path
  std::string hook;                                // why there may be more
  std::vector<std::pair<NodeId, std::string>> in;  // the folders that hold a client
  bool packed = false, native = false, wants_native = false;
};

PythonClient look_for_python_client(const ImageModel& image) {
  constexpr std::size_t kMost = 1000;
  PythonClient found;
  image.walk([&](NodeId node, std::string_view path) {
    const std::string_view name = file_name(path);
    if (is_library_folder(path) && found.roots.size() < kMost) found.roots.push_back(cat("/", path));
    if (name.ends_with(".pth")) read_path_file(image, node, found.roots, found.hook);
    if (name.starts_with("runtime_client") && name.ends_with(".so")) found.native = true;
    if (name == "lambda_runtime_client.py" && text_of(captured_at(image, node)).contains("import runtime_client"))
      found.wants_native = true;
    if (is_client_archive(image, node)) found.packed = true;
    const bool module = name == "awslambdaric" || (name.starts_with("awslambdaric.") && !name.ends_with(".pth"));
    if (module && image.resolve(path) && found.in.size() < kMost)
      found.in.emplace_back(image.parent(node).value_or(NodeId::root), cat("/", path));
  });
  return found;
}

std::optional<std::string> python_trouble(const ImageModel& image, const StartChain& start) {
  const ImageConfig& config = image.config();
  if (env_value(config, "PYTHONHOME") || any_word(start, "PYTHON") || any_word(start, "pypy")) return std::nullopt;
  PythonClient client = look_for_python_client(image);
  if (client.in.empty() || client.packed) return std::nullopt;
  Strings& roots = client.roots;
  for (std::string& directory : start_directories(config)) roots.push_back(std::move(directory));
  for (const char* root : {"/var/runtime", "/opt/python"}) roots.emplace_back(root);
  for (const std::string& path : split_paths(env_value(config, "PYTHONPATH").value_or(""))) {
    roots.push_back(from_start(config, path));
    if (file_at(image, roots.back())) return std::nullopt;  // an archive
  }
  const std::set<NodeId> known = nodes_of(image, roots);
  const bool on_path = std::ranges::any_of(client.in, [&](const auto& place) { return known.contains(place.first); });
  if (on_path) {
    if (client.native || !client.wants_native) return std::nullopt;
    return cat("awslambdaric in ", quote(client.in.front().second),
               " has no native part: the image holds no runtime_client*.so");
  }
  if (!client.hook.empty()) return std::nullopt;
  return cat("awslambdaric is only in ", quote(client.in.front().second),
             ", which is not on Python's path: neither WORKDIR nor PYTHONPATH nor a site-packages folder leads there");
}

std::optional<std::string> node_trouble(const ImageModel& image, const Strings& words, std::size_t at) {
  const ImageConfig& config = image.config();
  if (!words.front().ends_with("node") && !words.front().ends_with("nodejs")) return std::nullopt;
  const std::string& script = words[at - 1];
  if (script.starts_with("/tmp/") || script.starts_with("/mnt/")) return std::nullopt;
  const Strings directories = script.starts_with('/') ? Strings{""} : start_directories(config);
  const bool exists = std::ranges::any_of(directories, [&](const std::string& directory) {
    return std::ranges::any_of(std::to_array<std::string_view>({"", ".js", ".mjs", ".cjs"}), [&](std::string_view end) {
      return image.resolve(cat(directory, "/", script, end)).has_value();
    });
  });
  if (!exists) {
    return cat("Node.js is started with ", quote(cat(directories.front(), script.starts_with('/') ? "" : "/", script)),
               ", which is not in the image, or is a link that leads nowhere");
  }
  if (node_client_version(image).empty() || env_value(config, "AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1"))
    return std::nullopt;
  bool native = false;
  image.walk([&](NodeId, std::string_view path) { native = native || file_name(path) == "rapid-client.node"; });
  if (native) return std::nullopt;
  return "aws-lambda-ric has no native part: the image holds no rapid-client.node";
}

std::optional<std::string> java_trouble(const ImageModel& image, const Strings& words, std::size_t at) {
  constexpr std::string_view kClass = "com/amazonaws/services/lambda/runtime/api/client/AWSLambda.class";
  const ImageConfig& config = image.config();
  ClassPath classes =
      given_class_path(config, Strings(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at - 1)));
  if (!classes.doubt.empty()) return std::nullopt;
  for (std::string& directory : start_directories(config)) classes.directories.push_back(std::move(directory));
  for (const std::string& directory : classes.directories) {
    if (file_at(image, cat(directory, "/", kClass))) return std::nullopt;
  }
  bool used = false, elsewhere = false, may_be_there = false;
  const auto look = [&](NodeId jar, bool on_path) {
    const ClassIn how = class_in(image, jar, kClass);
    may_be_there = may_be_there || (on_path && (how == ClassIn::yes || how == ClassIn::unknown));
    elsewhere = elsewhere || how != ClassIn::no;
    used = used || on_path;
  };
  for (const std::string& path : classes.jars) {
    if (const auto jar = file_at(image, path)) look(*jar, true);
  }
  const std::set<NodeId> folders = nodes_of(image, classes.jar_folders);
  image.walk([&](NodeId node, std::string_view path) {
    if (!path.ends_with(".jar") && !path.ends_with(".JAR") && !path.ends_with(".war")) return;
    if (const auto jar = file_at(image, path)) look(*jar, folders.contains(image.parent(node).value_or(NodeId::root)));
  });
  // The manifest of a jar on the class path may name others.
  if (may_be_there || (used && elsewhere)) return std::nullopt;
  return std::string("no jar or folder on Java's class path holds the class AWSLambda of the runtime interface client");
}

/// Imports and calls of `source` that only reach modules which are built into Node.js, and start nothing else.
bool is_self_contained(std::string_view source) {
  constexpr auto kBuiltIn = std::to_array<std::string_view>({"http", "https", "fs", "path", "url", "os", "util"});
  constexpr auto kOpen =
      std::to_array<std::string_view>({"import", "eval", "Function", "child_process", "\\", "`${", "worker", "module",
                                       "Module", "2018-06-01", "LAMBDA", "lambda", "process.binding", "env[", "vm"});
  if (std::ranges::any_of(kOpen, [&](std::string_view word) { return source.contains(word); })) return false;
  if (!source.contains("http") || !source.contains("listen(")) return false;
  for (std::size_t at = source.find("require"); at != source.npos; at = source.find("require", at + 1)) {
    std::string_view rest = source.substr(at + 7);
    if (rest.size() < 3 || rest[0] != '(' || (rest[1] != '\'' && rest[1] != '"')) return false;
    const std::size_t end = rest.find(rest[1], 2);
    if (end == rest.npos) return false;
    std::string_view name = rest.substr(2, end - 2);
    if (name.starts_with("node:")) name.remove_prefix(5);
    if (std::ranges::find(kBuiltIn, name) == kBuiltIn.end()) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> unusable_client(const ImageModel& image, const StartChain& start) {
  if (!start.scripts.empty()) return std::nullopt;
  for (const Program& program : start.programs) {
    const auto call = find_client(program.words);
    const auto words = known_words(program);
    if (!call || !words || call->at < 2) continue;
    if (call->runtime == HandlerRuntime::python) return python_trouble(image, start);
    if (call->runtime == HandlerRuntime::node) return node_trouble(image, *words, call->at);
    if (call->runtime == HandlerRuntime::java) return java_trouble(image, *words, call->at);
  }
  const auto script = started_script(image, start);
  if (!script || script->file || script->may_come_later) return std::nullopt;
  return cat(script->interpreter, " is started with ", quote(script->path),
             ", which is not in the image, or is a link that leads nowhere");
}

std::optional<std::string> plain_server(const ImageModel& image, const StartChain& start) {
  if (!start.scripts.empty() || !extension_files(image).empty()) return std::nullopt;
  const auto words = known_words(start.last());
  if (!words || words->size() < 2 || start.programs.size() != 1) return std::nullopt;
  const std::string_view program = file_name(words->front());
  if (program.starts_with("python") && words->size() > 2 && (*words)[1] == "-m" && (*words)[2] == "http.server" &&
      !image.resolve(cat(start_directory(image.config()), "/http")))
    return "python -m http.server";
  if ((program != "node" && program != "nodejs") || env_value(image.config(), "NODE_OPTIONS")) return std::nullopt;
  const std::string& script = (*words)[1];
  if (script.starts_with('-')) return std::nullopt;
  const auto file = file_at(image, from_start(image.config(), script));
  const std::optional<Capture> capture = file ? captured_at(image, *file) : std::nullopt;
  if (!capture || !capture->whole_file || !is_self_contained(text_of(capture))) return std::nullopt;
  return cat("node ", escape_for_terminal(script));
}

}  // namespace ocitidy::lambda
