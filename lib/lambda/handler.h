// handler.h - the handler of the start command: which runtime interface takes it, whether it can be read, what it
// names. Which file that is: handler_files.h.
//
// Sources, read 2026-09-01: aws/aws-lambda-python-runtime-interface-client bootstrap.py, -nodejs- UserFunction.js,
// -ruby- lambda_handler.rb; aws/aws-lambda-java-libs HandlerInfo.java; aws/aws-lambda-dotnet bootstrap.sh,
// HandlerInfo.cs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/entrypoint.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// Who splits the handler into file and symbol.
enum class HandlerRuntime : std::uint8_t { python, node, java, ruby, dotnet };
std::string_view handler_runtime_name(HandlerRuntime runtime);  ///< "Python", "Node.js", ...

struct Handler {
  HandlerRuntime runtime = HandlerRuntime::python;
  std::string text;               ///< as written
  std::string json_pointer;       ///< of the word in the config: "/config/Cmd/0"
  bool on_base_image = false;     ///< taken by the entrypoint of an AWS base image
  std::vector<std::string> java;  ///< Java elsewhere: the words before the main class, with the class path
};

/// The handler of `image`, or why there is none to judge.
struct HandlerSearch {
  std::optional<Handler> handler = {};
  std::string_view why_none = {};
  std::optional<HandlerRuntime> given_none = {};  ///< a client is started with no handler, or an empty one, for certain
};

/// A client in a command line, and the position behind its name, where the handler belongs.
struct ClientCall {
  HandlerRuntime runtime = HandlerRuntime::python;
  std::size_t at = 0;
};
std::optional<ClientCall> find_client(const Words& words);

/// Recognises the entrypoint of AWS base images, `python -m awslambdaric`, `npx aws-lambda-ric`, `node
/// .../aws-lambda-ric/ bin/index.mjs`, `java ... AWSLambda` and `aws_lambda_ric`, wherever follow_start() finds them.
/// Anything else is no handler: the word may mean whatever the program likes. Reads kStartReads.
HandlerSearch find_handler(const ImageModel& image);

/// File and symbol that a handler names, as its runtime would split it.
struct HandlerParts {
  std::string file;    ///< Python: module with '/'. Node, Ruby: without extension. Java: class file. .NET: assembly
  std::string symbol;  ///< Python: attribute. Node: first exported name. Ruby: class, or method. "" where none is named
};

/// Why the runtime will not even look for a file; empty when it will. A sentence that follows the handler's name.
std::string malformed(const Handler& handler);

/// Only for handlers that are not malformed.
HandlerParts parts_of(const Handler& handler);

/// The directory that relative names start at: WORKDIR without a slash at its end, "" for the root.
std::string start_directory(const ImageConfig& config);

/// What of a source file is kept to look for the symbol in.
inline constexpr std::uint32_t kHandlerSourceBytes = 256 * 1024;

/// Paths, as Entry::path and without wildcards, of files that may hold the handler, judged by the config alone. Few.
std::vector<std::string> handler_sources(const ImageConfig& config);

}  // namespace ocitidy::lambda
