// exit_code.h - what the shell learns. Scripts rely on these numbers: they never change.
#pragma once

#include "ocitidy/result.h"

namespace ocitidy::cli {

enum class ExitCode : int {
  clean = 0,     ///< nothing at or above --fail-on; optimize: done, if only that there was nothing to do
  findings = 1,  ///< at least one finding at or above --fail-on; verify: the images differ; coldstart: over budget
  usage = 2,     ///< the command line asks for something that cannot be
  rejected = 3,  ///< the image is corrupt, incomplete, unsupported or over a limit
  io = 4,        ///< the operating system failed a read or a write
  internal = 5,  ///< a bug, no memory left, or a proof that failed
};  // 128+n: ended by signal n, by its default action

ExitCode exit_code_of(Code code);

}  // namespace ocitidy::cli
