// golden.h - compares a text with the file of that name beside the tests.
#pragma once

#include <string>
#include <string_view>

#include "ocitidy/report.h"

namespace ocitidy::test {

/// Fails the running test when `text` is not exactly tests/golden/<name>. With OCITIDY_UPDATE=1 in the environment the
/// file is written instead. The version of this build stands as "*" in the file, so that a release changes no golden.
void expect_golden(std::string_view name, std::string text);

/// Everything that `print` writes.
std::string collect(const std::function<void(const Write&)>& print);

/// Fails the running test when `text` holds a control character other than line feed, a C1 control, a bidi or
/// zero-width mark, or bytes that are not UTF-8. `Escapes::allowed` lets colour sequences of this project through.
enum class Escapes { forbidden, allowed };
void expect_safe_for_terminal(std::string_view text, Escapes escapes = Escapes::forbidden);

/// Fails when a line, blanks at its front aside, begins as a command to a build service: "::", "##".
void expect_no_log_commands(std::string_view text);

}  // namespace ocitidy::test
