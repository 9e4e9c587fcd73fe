// client_path.h - does what the start command names reach the client that is in the image?
//
// Only of start commands without shell text, whose directory and variables are those of the config.
#pragma once

#include <optional>
#include <string>

#include "lambda/handler_files.h"
#include "lambda/start_chain.h"
#include "lambda/start_queries.h"
#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// The module of the Python client that loads its native part.
inline constexpr ContentQuery kPythonClientModule{.glob = "**/awslambdaric/lambda_runtime_client.py",
                                                  .first_bytes = 8192};
/// The script that Node.js is started with.
inline constexpr ContentQuery kStartedSource{.glob = kStartFiles, .first_bytes = 64 << 10};

/// Why the named client, or the script that may be one, is for certain not loaded, a sentence; none when it may be.
/// Wants kPathFiles, kNodeClientPackage, kPythonClientModule and Facts::zip_names. One walk of the tree.
std::optional<std::string> unusable_client(const ImageModel& image, const StartChain& start);

/// The web server that is started in place of any client: `python -m http.server`, or a script of Node.js that needs
/// only what is built in. None when something else may talk to the Runtime API. Wants kStartedSource.
std::optional<std::string> plain_server(const ImageModel& image, const StartChain& start);

}  // namespace ocitidy::lambda
