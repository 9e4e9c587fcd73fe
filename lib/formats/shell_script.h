// shell_script.h - the commands of a small shell script, and the conditions they stand under. Text in, commands out.
//
// No shell: nothing is expanded or run. What cannot be read from the text alone is `unknown`, and says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocitidy {

inline constexpr std::size_t kMostShellBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMostShellCommands = 4000;

/// A part of a word. Source: POSIX.1-2017, Shell Command Language, 2.5 and 2.6.
struct ShellPiece {
  enum class Kind : std::uint8_t {
    literal,     ///< `text` as the command gets it
    variable,    ///< $text, ${text}, ${text:-}
    positional,  ///< $0 to $9: `text` is the digit
    arguments,   ///< $@ and $*
    unknown,     ///< command substitution, arithmetic, globs, other forms of ${...}
  };
  Kind kind = Kind::literal;
  bool quoted = false;
  std::string text;
};

struct ShellWord {
  std::vector<ShellPiece> pieces;  ///< never two literals of equal quoting in a row; "" is one quoted, empty literal

  std::optional<std::string> literal() const;  ///< when every piece is
  bool is(std::string_view unquoted) const;    ///< one unquoted literal of this text
};

/// A condition that a command stands under.
struct ShellGuard {
  enum class Kind : std::uint8_t {
    none,            ///< no condition: behind `command &&` the script means to come. Never among a command's guards
    variable_empty,  ///< [ -z "$NAME" ]
    variable_set,    ///< [ -n "$NAME" ]
    other,
  };
  Kind kind = Kind::other;
  std::string variable{};
  bool asks_for_files = false;  ///< the condition looks at files or commands: [ -x f ], command -v f
};

struct ShellCommand {
  std::vector<std::pair<std::string, ShellWord>> assignments;  ///< those before the words, or alone
  std::vector<ShellWord> words;                                ///< redirections left out
  std::vector<ShellGuard> guards;                              ///< outermost first; none: it always runs
  bool apart = false;  ///< in a subshell, a pipeline, the background or a function: the script itself goes on
  unsigned line = 0;   ///< from 1
};

struct ShellScript {
  std::vector<ShellCommand> commands{};  ///< in order of the text
  std::set<std::string> functions{};
  std::vector<unsigned> process_substitutions{};  ///< lines with <(...) or >(...)
  bool complete = true;                           ///< false: reading stopped at what is no shell, or over a bound
};

/// NAME=word, when `word` is one.
std::optional<std::pair<std::string, ShellWord>> split_assignment(const ShellWord& word);

/// Reads what sh and bash have in common, and [[ ]], <( ), here-strings. Linear in the text.
ShellScript parse_shell_script(std::string_view text);

}  // namespace ocitidy
