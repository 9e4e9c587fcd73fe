// handler.cc - the command lines of the runtime interface clients, and the first lines of their handler parsers.
#include "lambda/handler.h"

#include <algorithm>
#include <array>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/start_chain.h"

namespace ocitidy::lambda {
namespace {

using Runtime = HandlerRuntime;
constexpr std::string_view kJavaClient = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";

bool is_python(std::string_view name) { return name.starts_with("python") || name.starts_with("pypy"); }

bool is_node_client(std::string_view word) {
  return word.ends_with("aws-lambda-ric/bin/index.mjs") || word.ends_with("aws-lambda-ric/bin/index.js") ||
         word.ends_with(".bin/aws-lambda-ric");
}

bool exists(const ImageModel& image, std::string_view path) { return image.resolve(path).has_value(); }

/// What the interpreters below /var/lang say; none when they say two things, as they do when one was added.
std::optional<Runtime> language_of_base(const ImageModel& image) {
  std::vector<Runtime> by_interpreter;
  if (exists(image, "var/lang/bin/python3") || exists(image, "var/lang/bin/python")) {
    by_interpreter.push_back(Runtime::python);
  }
  if (exists(image, "var/lang/bin/node")) by_interpreter.push_back(Runtime::node);
  if (exists(image, "var/lang/bin/java")) by_interpreter.push_back(Runtime::java);
  if (exists(image, "var/lang/bin/ruby")) by_interpreter.push_back(Runtime::ruby);
  if (exists(image, "var/runtime/Amazon.Lambda.RuntimeSupport.dll")) return Runtime::dotnet;
  if (by_interpreter.size() == 1) return by_interpreter.front();
  if (exists(image, "var/runtime/bootstrap.py")) return Runtime::python;
  if (exists(image, "var/runtime/index.mjs")) return Runtime::node;
  return std::nullopt;
}

/// The place of `word` in the config; where a script brings it, that of the command that starts the script.
std::string pointer_to(const ImageConfig& config, std::string_view word) {
  for (std::size_t i = config.cmd.size(); i-- > 0;) {
    if (config.cmd[i] == word) return cat("/config/Cmd/", i);
  }
  for (std::size_t i = config.entrypoint.size(); i-- > 0;) {
    if (config.entrypoint[i] == word) return cat("/config/Entrypoint/", i);
  }
  return config.entrypoint.empty() ? "/config/Cmd" : "/config/Entrypoint";
}

HandlerSearch handler_at(const ImageConfig& config, const Words& words, ClientCall found) {
  if (found.at >= words.size()) return {{}, "the start command names no handler"};
  if (!words[found.at] || words[found.at]->empty()) return {{}, "the handler is known only when the function starts"};
  Handler handler{.runtime = found.runtime,
                  .text = *words[found.at],
                  .json_pointer = pointer_to(config, *words[found.at]),
                  .on_base_image = false,
                  .java = {}};
  if (found.runtime == Runtime::java) {
    for (std::size_t i = 0; i + 1 < found.at; ++i) handler.java.push_back(*words[i]);
  }
  return {std::move(handler), {}};
}

/// Does the client get no word, whatever the shell makes of the text that starts it?
bool is_without_handler(const StartChain& chain, const Words& words, ClientCall call) {
  const bool literal = std::ranges::all_of(chain.scripts, [](const StartScript& script) {
    return !script.file && script.text.find('$') == std::string::npos;
  });
  if (!literal || call.runtime == Runtime::ruby) return false;
  return call.at >= words.size() || (words[call.at] && words[call.at]->empty());
}

HandlerSearch on_base_image(const ImageModel& image) {
  const ImageConfig& config = image.config();
  if (config.entrypoint.size() + config.cmd.size() != 2) {
    return {{}, "the base image's entrypoint takes one word, and CMD has none or several"};
  }
  const std::optional<Runtime> language = language_of_base(image);
  if (!language) return {{}, "not a base image of one language: what CMD means is up to the bootstrap"};
  const std::string& word = config.cmd.empty() ? config.entrypoint.back() : config.cmd.back();
  HandlerSearch search = handler_at(config, Words{word}, {*language, 0});
  if (search.handler) search.handler->on_base_image = true;
  return search;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return c >= 0x80 || c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

std::string malformed_python(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  if (dot == text.npos) {
    return text.find(':') == text.npos ? "has no dot between module and function"
                                       : "has a colon where the runtime wants a dot between module and function";
  }
  if (dot == 0 || dot + 1 == text.size()) return "has nothing on one side of its last dot";
  if (!is_identifier(text.substr(dot + 1))) return "names a function that Python has no way to define";
  const std::string_view module = text.substr(0, dot);
  if (module.starts_with('.') || module.starts_with('/')) {
    return "begins with a dot or a slash, which makes its module a relative import";
  }
  if (module.ends_with('/') || module.ends_with('.') || module.find("//") != module.npos ||
      module.find("..") != module.npos) {
    return "names a module with an empty part";
  }
  // Built into every CPython. Source: sys.builtin_module_names of 3.8 ... 3.14.
  constexpr std::array<std::string_view, 11> kBuiltIn = {
      "_thread", "atexit", "builtins", "errno", "faulthandler", "gc", "itertools", "marshal", "posix", "sys", "time"};
  if (std::ranges::find(kBuiltIn, split(module, ".").front()) != kBuiltIn.end()) {
    return "names a module that is built into Python, which the runtime refuses";
  }
  return {};
}

std::string malformed_node(std::string_view text) {
  if (text.find("..") != text.npos) return "contains \"..\", which the runtime refuses";
  const std::string_view name = file_name(text);
  if (name.find('.') == name.npos) return "has no dot between file and exported name";
  if (name.starts_with('.')) return "names no file before its first dot";
  if (name.ends_with('.')) return "names no export behind its last dot";
  return {};
}

std::string malformed_java(std::string_view text) {
  const std::size_t colons = text.rfind("::");
  const std::string_view name = text.substr(0, colons);
  if (name.empty()) return "names no class";
  if (colons != text.npos && colons + 2 == text.size()) return "names no method behind \"::\"";
  if (name.find(':') != name.npos) return "has a single colon where the runtime wants \"::\" between class and method";
  if (name.find('/') != name.npos) return "has a slash in its class name, where Java wants dots";
  return {};
}

std::string malformed_ruby(std::string_view text) {
  while (text.ends_with('.')) text.remove_suffix(1);  // as String#split does
  const std::vector<std::string_view> parts = split(text, ".");
  if (parts.size() != 2 && parts.size() != 3) {
    return cat("has ", counted(parts.size(), "part", "parts"),
               " between dots; the runtime wants FILENAME.METHOD or FILENAME.CLASS.METHOD");
  }
  if (parts.front().empty()) return "names no file before its first dot";
  return {};
}

std::string malformed_dotnet(std::string_view text) {
  if (text.find(':') == text.npos) return {};  // an executable assembly
  const std::vector<std::string_view> parts = split(text, "::");
  if (parts.size() != 3) {
    return cat("has ", counted(parts.size(), "part", "parts"),
               " between \"::\"; the runtime wants Assembly::Namespace.Type::Method");
  }
  for (const std::string_view part : parts) {
    if (part.find_first_not_of(" \t") == part.npos)
      return "has an empty part; the runtime wants Assembly::Namespace.Type::Method";
  }
  return {};
}

HandlerParts node_parts(std::string_view text) {
  const std::size_t name = text.rfind('/') + 1, dot = text.find('.', name);
  const std::string_view exported = text.substr(dot + 1);
  return {std::string(text.substr(0, dot)), std::string(exported.substr(0, exported.find('.')))};
}

HandlerParts ruby_parts(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ".");
  std::string_view symbol = parts[1];
  if (const std::size_t scope = symbol.rfind("::"); scope != symbol.npos) symbol.remove_prefix(scope + 2);
  return {std::string(parts[0]), std::string(symbol)};
}

void add_sources(std::string_view root, std::string_view handler, std::vector<std::string>& out) {
  const std::size_t last_dot = handler.rfind('.'), first_dot = handler.find('.', handler.rfind('/') + 1);
  if (last_dot == handler.npos || first_dot == handler.npos) return;
  std::string module(handler.substr(0, last_dot));
  std::ranges::replace(module, '.', '/');
  std::string_view file = handler.substr(0, first_dot);
  if (file.starts_with("./")) file.remove_prefix(2);
  for (const std::string_view end : {".py", "/__init__.py"}) out.push_back(cat(root, module, end));
  for (const std::string_view end : {"", ".js", ".mjs", ".cjs", ".rb"}) out.push_back(cat(root, file, end));
}

}  // namespace

std::optional<ClientCall> find_client(const Words& words) {
  if (words.empty() || !words.front()) return std::nullopt;
  const std::string_view program = file_name(*words.front());
  if (program == "awslambdaric") return ClientCall{Runtime::python, 1};
  if (program == "aws-lambda-ric") return ClientCall{Runtime::node, 1};
  if (program == "aws_lambda_ric") return ClientCall{Runtime::ruby, 1};
  for (std::size_t i = 1; i < words.size() && words[i]; ++i) {
    const std::string_view word = *words[i], before = *words[i - 1];
    if (word == "awslambdaric" && before == "-m" && is_python(program)) return ClientCall{Runtime::python, i + 1};
    if (is_node_client(word) && (program == "node" || program == "nodejs")) return ClientCall{Runtime::node, i + 1};
    if (word == "aws-lambda-ric" && program == "npx") return ClientCall{Runtime::node, i + 1};
    if (word == kJavaClient && program == "java") return ClientCall{Runtime::java, i + 1};
    if (file_name(word) == "aws_lambda_ric" && (program == "bundle" || program == "ruby")) {
      return ClientCall{Runtime::ruby, i + 1};
    }
  }
  return std::nullopt;
}

std::string_view handler_runtime_name(HandlerRuntime runtime) {
  constexpr std::array<std::string_view, 5> kNames = {"Python", "Node.js", "Java", "Ruby", ".NET"};
  return kNames[std::size_t(runtime)];
}

HandlerSearch find_handler(const ImageModel& image) {
  const StartChain chain = follow_start(image);
  if (chain.programs.front().problem != Program::Problem::none) return {{}, "the start command leads to no program"};
  const std::vector<std::string>& entrypoint = image.config().entrypoint;
  if (!entrypoint.empty() && entrypoint.front() == kBaseImageEntrypoint) return on_base_image(image);
  for (const Program& program : chain.programs) {
    const auto found = find_client(program.words);
    if (!found) continue;
    HandlerSearch search = handler_at(image.config(), program.words, *found);
    if (is_without_handler(chain, program.words, *found)) search.given_none = found->runtime;
    return search;
  }
  return {{}, "the start command is no runtime interface client whose handler is known"};
}

std::string malformed(const Handler& handler) {
  switch (handler.runtime) {
    case Runtime::python:
      return malformed_python(handler.text);
    case Runtime::node:
      return malformed_node(handler.text);
    case Runtime::java:
      return malformed_java(handler.text);
    case Runtime::ruby:
      return malformed_ruby(handler.text);
    case Runtime::dotnet:
      return malformed_dotnet(handler.text);
  }
  return {};
}

HandlerParts parts_of(const Handler& handler) {
  const std::string_view text = handler.text;
  HandlerParts parts;
  switch (handler.runtime) {
    case Runtime::python:
      parts = {std::string(text.substr(0, text.rfind('.'))), std::string(text.substr(text.rfind('.') + 1))};
      std::ranges::replace(parts.file, '.', '/');
      break;
    case Runtime::node:
      parts = node_parts(text);
      break;
    case Runtime::java:
      parts.file = std::string(text.substr(0, text.rfind("::")));
      std::ranges::replace(parts.file, '.', '/');
      parts.file += ".class";
      break;
    case Runtime::ruby:
      parts = ruby_parts(text);
      break;
    case Runtime::dotnet:
      parts.file = std::string(text.substr(0, text.find("::")));
      break;
  }
  while (parts.file.starts_with("./")) parts.file.erase(0, 2);
  return parts;
}

std::string start_directory(const ImageConfig& config) {
  std::string_view directory = config.working_dir;
  while (directory.ends_with('/')) directory.remove_suffix(1);
  return cat(directory.starts_with('/') || directory.empty() ? "" : "/", directory);
}

std::vector<std::string> handler_sources(const ImageConfig& config) {
  const std::size_t count = config.entrypoint.size() + config.cmd.size();
  if (count < 2) return {};
  std::string_view handler = config.cmd.empty() ? config.entrypoint.back() : config.cmd.back();
  handler = handler.substr(handler.find_last_of(" \t") + 1);  // of a shell's command line
  std::vector<std::string> sources;
  for (const std::string& directory : {start_directory(config), std::string("/var/task")}) {
    const std::string root = directory.empty() ? std::string() : cat(directory.substr(1), "/");
    if (cat(root, handler).find_first_of("*?") != std::string::npos) continue;  // would match more than it says
    if (handler.size() > 1000 || root.size() > 4096) continue;
    if (handler.starts_with('/')) {
      add_sources("", handler.substr(1), sources);
    } else {
      add_sources(root, handler, sources);
    }
  }
  std::ranges::sort(sources);
  sources.erase(std::ranges::unique(sources).begin(), sources.end());
  return sources;
}

}  // namespace ocitidy::lambda
