// start_words.h - the programs that start a function, said the same way by every rule about them.
#pragma once

#include <string>
#include <string_view>

#include "lambda/start_chain.h"
#include "ocitidy/finding.h"

namespace ocitidy::rules {

/// "/config/Entrypoint", or "/config/Cmd" when that starts the function.
std::string_view start_pointer(const ImageModel& image);

/// "the ENTRYPOINT '/x'", "the interpreter '/bin/bash'", "'/x', which exec starts in '/entry.sh' line 3,".
std::string name_of(const ImageModel& image, const lambda::Program& program);

/// " does not exist in the image": what stops `program`, behind its name. Empty when nothing does.
std::string problem_of(const ImageModel& image, const lambda::Program& program);

/// " line 3" of the script that names `program`; empty when that is not known.
std::string line_of(const lambda::Program& program);

/// The file that names `program`, and the config's list that starts it all.
Location where_named(const ImageModel& image, const lambda::Program& program);

/// A script's file or, for the text of `sh -c`, the config's list; and how a message calls it.
Location where_is(const ImageModel& image, const lambda::StartScript& script);
std::string name_of(const ImageModel& image, const lambda::StartScript& script);

/// Quoted, and cut where it is long: a word of a command line.
std::string shown_word(std::string_view word);

}  // namespace ocitidy::rules
