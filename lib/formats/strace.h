// strace.h - one line of strace's output taken apart, and which of its arguments are paths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// What stands in front of the call: "[pid 12] " or "12 ", then times and addresses. The rest views `line`.
struct StraceLine {
  std::uint64_t pid = 0;  ///< 0 when the line names none
  std::string_view rest;
};
StraceLine split_strace_prefix(std::string_view line);

/// A call that has returned. Views the text it was read from.
struct StraceCall {
  std::string_view name;
  std::vector<std::string_view> arguments;  ///< at most 8, blanks around them cut off
  std::string_view result;                  ///< what follows the '='; "?" for a call that never came back
};
/// Nothing when `text` (a StraceLine::rest) is no whole call. Linear.
std::optional<StraceCall> parse_strace_call(std::string_view text);

/// A line that only strace writes: a call with its result, an unfinished or resumed one, a signal or an exit.
bool is_strace_line(std::string_view line);

/// The text of a C string argument: "\"a\\303\\251\"" -> "a\xc3\xa9". Nothing when it is no string, or was cut short.
std::optional<std::string> strace_string(std::string_view argument);

/// The path behind a descriptor, written by -y: "5</usr/lib>" -> "/usr/lib". Nothing when there is none.
std::optional<std::string> strace_descriptor_path(std::string_view argument);

}  // namespace ocitidy
