// shell_run.cc - variables, conditions and `exec`, as far as they are literal.
#include "lambda/shell_run.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "base/text.h"

namespace ocitidy::lambda {
namespace {

using Piece = ShellPiece::Kind;

// Set for every function. Source: Lambda developer guide, "Defined runtime environment variables" (read 2026-09-01).
constexpr auto kSetByLambda = std::to_array<std::string_view>(
    {"AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
     "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_LOG_GROUP_NAME",
     "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
     "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT"});

constexpr auto kBuiltins = std::to_array<std::string_view>(
    {".",     ":",      "[",    "[[",   "alias",    "break",  "builtin", "cd",      "command", "continue", "declare",
     "echo",  "eval",   "exec", "exit", "export",   "false",  "getopts", "hash",    "jobs",    "kill",     "let",
     "local", "printf", "pwd",  "read", "readonly", "return", "set",     "shift",   "shopt",   "source",   "test",
     "times", "trap",   "true", "type", "typeset",  "ulimit", "umask",   "unalias", "unset",   "wait"});

bool contains(const auto& table, std::string_view name) { return std::ranges::find(table, name) != table.end(); }

enum class Truth { no, yes, unknown };

class Runner {
 public:
  Runner(const ImageConfig& config, const ShellScript& script, const Words& arguments,
         std::optional<std::string> directory)
      : config_(config), script_(script), directory_(std::move(directory)) {
    positional_.emplace();
    if (arguments.empty()) return;
    zeroth_ = arguments.front();
    positional_->assign(arguments.begin() + 1, arguments.end());
  }

  ShellRun run() {
    for (const ShellCommand& command : script_.commands) {
      if (step(command) == Step::over) return std::move(result_);
    }
    return std::move(result_);
  }

 private:
  enum class Step { on, over };

  Step step(const ShellCommand& command) {
    const Truth truth = judge(command);
    if (truth == Truth::no) return Step::on;
    const bool certain = truth == Truth::yes && !command.apart;
    if (truth == Truth::yes) result_.running.push_back(command);
    for (const auto& [name, value] : command.assignments) {
      if (command.words.empty()) assign(name, certain ? expand_one(value) : std::nullopt);
    }
    if (command.words.empty()) return Step::on;
    const std::string name = command.words.front().literal().value_or("");
    if (name == "exec") return exec(command, certain);
    if (command.apart) return Step::on;
    if ((name == "exit" || name == "return") && certain) return Step::over;
    if (certain && &command == &script_.commands.back() && is_program(command)) {
      result_.next = call(command, 0, Program::NamedBy::command);
      return Step::over;
    }
    apply(name, command, certain);
    return Step::on;
  }

  /// Do all conditions of `command` hold on Lambda?
  Truth judge(const ShellCommand& command) const {
    Truth all = Truth::yes;
    for (const ShellGuard& guard : command.guards) {
      Truth one = Truth::unknown;
      if (guard.kind == ShellGuard::Kind::variable_set || guard.kind == ShellGuard::Kind::variable_empty) {
        one = is_set(guard.variable);
        if (guard.kind == ShellGuard::Kind::variable_empty && one != Truth::unknown)
          one = one == Truth::yes ? Truth::no : Truth::yes;
      }
      if (one == Truth::no) return Truth::no;
      if (one == Truth::unknown) all = Truth::unknown;
    }
    return all;
  }

  Truth is_set(const std::string& name) const {
    const auto mine = variables_.find(name);
    if (mine != variables_.end() && !mine->second) return Truth::unknown;
    if (mine == variables_.end() && contains(kSetByLambda, name)) return Truth::yes;
    const std::optional<std::string> value = value_of(name);
    if (value) return value->empty() ? Truth::no : Truth::yes;
    // The function's configuration may set any other variable. A wrapper does not change what is wrapped.
    return name == "AWS_LAMBDA_EXEC_WRAPPER" && !sourced_ ? Truth::no : Truth::unknown;
  }

  std::optional<std::string> value_of(const std::string& name) const {
    const auto mine = variables_.find(name);
    if (mine != variables_.end()) return mine->second;
    if (sourced_) return std::nullopt;
    if (name == "LAMBDA_TASK_ROOT") return "/var/task";
    if (name == "LAMBDA_RUNTIME_DIR") return "/var/runtime";
    if (contains(kSetByLambda, name)) return std::nullopt;
    const auto value = env_value(config_, name);
    return value ? std::optional(std::string(*value)) : std::nullopt;
  }

  void assign(const std::string& name, std::optional<std::string> value) {
    if (name == "PATH") path_known_ = false;
    variables_[name] = std::move(value);
  }

  /// The value of a word that stays one word.
  std::optional<std::string> expand_one(const ShellWord& word) const {
    std::string text;
    for (const ShellPiece& piece : word.pieces) {
      std::optional<std::string> part;
      if (piece.kind == Piece::literal) part = piece.text;
      if (piece.kind == Piece::variable) part = value_of(piece.text);
      if (piece.kind == Piece::positional) part = positional(piece.text.front());
      if (!part || text.size() + part->size() > kMostShellBytes) return std::nullopt;
      text += *part;
    }
    return text;
  }

  std::optional<std::string> positional(char digit) const {
    if (digit == '0') return zeroth_;
    if (!positional_ || guessed_ || std::ranges::any_of(*positional_, [](const auto& word) { return !word; }))
      return std::nullopt;
    const auto index = static_cast<std::size_t>(digit - '1');
    return index < positional_->size() ? (*positional_)[index] : std::string();
  }

  /// The words that `word` becomes.
  void expand(const ShellWord& word, Call& into) const {
    constexpr std::size_t kMostWords = 10'000;
    if (into.words.size() > kMostWords) return;
    const bool alone = word.pieces.size() == 1;
    const ShellPiece& first = word.pieces.front();
    if (alone && first.kind == Piece::arguments) {
      if (!positional_) {
        into.words.emplace_back();
      } else {
        into.words.insert(into.words.end(), positional_->begin(), positional_->end());
      }
      into.positional_guessed = into.positional_guessed || guessed_;
      return;
    }
    std::optional<std::string> value = expand_one(word);
    const bool split = alone && first.kind != Piece::literal && !first.quoted;
    if (!split || !value) {
      into.words.push_back(std::move(value));
      return;
    }
    std::string_view rest = *value;  // field splitting
    for (;;) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
      if (rest.empty()) return;
      const std::size_t end = std::min(rest.find_first_of(" \t\n"), rest.size());
      into.words.emplace_back(std::string(rest.substr(0, end)));
      rest.remove_prefix(end);
    }
  }

  Call call(const ShellCommand& command, std::size_t first, Program::NamedBy named_by) const {
    Call call{.named_by = named_by, .words = {}, .directory = directory_, .path_known = path_known_};
    call.line = command.line;
    for (const auto& [name, value] : command.assignments) {
      if (name == "PATH") call.path_known = false;
    }
    for (std::size_t i = first; i < command.words.size(); ++i) expand(command.words[i], call);
    return call;
  }

  Step exec(const ShellCommand& command, bool certain) {
    std::size_t first = 1;
    for (; first < command.words.size(); ++first) {
      const ShellWord& word = command.words[first];
      if (word.is("-a")) {
        ++first;
      } else if (word.is("--")) {
        ++first;
        break;
      } else if (!word.is("-c") && !word.is("-l") && !word.is("-cl")) {
        break;
      }
    }
    if (first >= command.words.size()) return Step::on;  // redirections only
    if (certain) {
      result_.next = call(command, first, Program::NamedBy::exec);
      return Step::over;
    }
    const bool asks = std::ranges::any_of(command.guards, &ShellGuard::asks_for_files);
    if (!command.apart && !asks) result_.branches.push_back(call(command, first, Program::NamedBy::exec));
    return Step::on;
  }

  bool is_program(const ShellCommand& command) const {
    const std::optional<std::string> name = command.words.front().literal();
    if (!name) {  // "$@", $VARIABLE
      Call words;
      expand(command.words.front(), words);
      return !words.words.empty() && words.words.front() && !sourced_;
    }
    return !contains(kBuiltins, *name) && !script_.functions.contains(*name) && !sourced_;
  }

  /// What builtins change for the commands behind them.
  void apply(std::string_view name, const ShellCommand& command, bool certain) {
    const auto& words = command.words;
    if (name == "." || name == "source" || name == "eval") {
      sourced_ = true;
      path_known_ = false;
      directory_.reset();
      variables_.clear();
    } else if (name == "cd" || name == "pushd" || name == "popd") {
      const auto target = words.size() == 2 && name == "cd" ? expand_one(words[1]) : std::nullopt;
      directory_ = certain && target && target->starts_with('/') ? target : std::nullopt;
    } else if (name == "shift") {
      positional_.reset();
    } else if (name == "set") {
      set(command, certain);
    } else if (contains(std::to_array<std::string_view>({"declare", "export", "local", "readonly", "typeset"}), name)) {
      declare(command, certain);
    } else if (contains(std::to_array<std::string_view>({"getopts", "printf", "read", "unset"}), name)) {
      for (const ShellWord& word : words) {
        if (const auto variable = word.literal(); variable && !variable->empty()) assign(*variable, std::nullopt);
      }
    }
  }

  void declare(const ShellCommand& command, bool certain) {
    for (const ShellWord& word : command.words) {
      if (const auto assignment = split_assignment(word)) {
        assign(assignment->first, certain ? expand_one(assignment->second) : std::nullopt);
      }
    }
  }

  /// set -- WORD...
  void set(const ShellCommand& command, bool certain) {
    const auto dashes = std::ranges::find_if(command.words, [](const ShellWord& word) { return word.is("--"); });
    if (dashes == command.words.end()) {
      bool options = true, argument = false;  // of -o
      for (const ShellWord& word : std::span(command.words).subspan(1)) {
        const std::string text = word.literal().value_or("");
        options = options && (argument || text.starts_with('-') || text.starts_with('+'));
        argument = text.ends_with('o');
      }
      if (!options) positional_.reset();
      return;
    }
    if (!certain) {
      guessed_ = true;
      return;
    }
    Call words;
    for (auto word = dashes + 1; word != command.words.end(); ++word) expand(*word, words);
    positional_ = std::move(words.words);
  }

  const ImageConfig& config_;
  const ShellScript& script_;
  std::optional<std::string> zeroth_;  // $0
  std::optional<Words> positional_;    // none: not known
  bool guessed_ = false;               // a condition may have changed them
  std::optional<std::string> directory_;
  bool path_known_ = true, sourced_ = false;
  std::map<std::string, std::optional<std::string>> variables_;
  ShellRun result_;
};

}  // namespace

ShellRun run_on_lambda(const ImageConfig& config, const ShellScript& script, const Words& arguments,
                       std::optional<std::string> directory) {
  return Runner(config, script, arguments, std::move(directory)).run();
}

}  // namespace ocitidy::lambda
