// started_script.h - the script that an interpreter is started with: `node bootstrap.mjs`, `python3 -u app.py`.
//
// Only of start commands without shell text, whose directory is that of the config.
// Sources: node(1), python(1); runs of both (tests/e2e/truth).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lambda/start_chain.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

struct StartedScript {
  std::string_view interpreter;  ///< "Node.js", "Python"
  std::string path;              ///< absolute, as the start command and WORKDIR have it
  std::optional<NodeId> file{};  ///< links followed; none: there is nothing at `path`
  bool may_come_later = false;   ///< /tmp and /mnt are filled when the function starts
};

/// None when the last program is no such interpreter, its options are not all known, or the word has no extension of
/// its language or names a directory. Reads nothing beyond `start`.
std::optional<StartedScript> started_script(const ImageModel& image, const StartChain& start);

}  // namespace ocitidy::lambda
