// shell_script.cc - a recursive descent over the grammar of POSIX.1-2017, Shell Command Language, 2.10.
#include "formats/shell_script.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

#include "formats/shell_words.h"

namespace ocitidy {
namespace {

using Kind = ShellGuard::Kind;
using Token = ShellToken::Kind;

constexpr int kMostDepth = 64;
constexpr std::size_t kMostGuards = 100;  // copied into each command below them

ShellGuard negated(ShellGuard guard) {
  guard.kind = guard.kind == Kind::variable_empty ? Kind::variable_set
               : guard.kind == Kind::variable_set ? Kind::variable_empty
                                                  : Kind::other;
  return guard;
}

/// The name when the word is one variable and nothing else.
std::optional<std::string> variable_of(const ShellWord& word) {
  if (word.pieces.size() != 1 || word.pieces.front().kind != ShellPiece::Kind::variable) return std::nullopt;
  return word.pieces.front().text;
}

/// What it means that `words`, the inside of [ ], are true.
ShellGuard test_guard(std::span<const ShellWord> words) {
  const auto guard = [](Kind kind, const ShellWord& word) {
    const auto name = variable_of(word);
    return name ? ShellGuard{.kind = kind, .variable = *name} : ShellGuard{};
  };
  if (words.size() == 1) return guard(Kind::variable_set, words[0]);
  if (words.size() == 2 && words[0].is("-z")) return guard(Kind::variable_empty, words[1]);
  if (words.size() == 2 && words[0].is("-n")) return guard(Kind::variable_set, words[1]);
  if (words.size() == 3 && words[2].literal() == "") {
    if (words[1].is("=") || words[1].is("==")) return guard(Kind::variable_empty, words[0]);
    if (words[1].is("!=")) return guard(Kind::variable_set, words[0]);
  }
  return {};
}

/// What the success of a command says.
ShellGuard guard_of(const ShellCommand& command) {
  static constexpr auto kAsking = std::to_array<std::string_view>(
      {"-x", "-f", "-e", "-r", "-s", "-d", "-L", "-h", "command", "hash", "ls", "type", "which"});
  const std::span words(command.words);
  if (words.empty()) return {.kind = Kind::none};
  const bool bracket = words.front().is("[") || words.front().is("[[");
  const bool test = bracket || words.front().is("test");
  ShellGuard guard;
  if (test && words.size() > 1) {
    std::span<const ShellWord> inside = words.subspan(1, words.size() - (bracket ? 2 : 1));
    bool negate = false;
    for (; !inside.empty() && inside.front().is("!"); inside = inside.subspan(1)) negate = !negate;
    guard = negate ? negated(test_guard(inside)) : test_guard(inside);
  }
  guard.asks_for_files = std::ranges::any_of(words, [](const ShellWord& word) {
    return std::ranges::any_of(kAsking, [&](std::string_view asking) { return word.is(asking); });
  });
  if (!test && !guard.asks_for_files) guard.kind = Kind::none;
  return guard;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(text) { advance(); }

  ShellScript parse() {
    list({});
    if (token_.kind != Token::end) fail();
    script_.complete = !failed_ && !tokens_.failed();
    script_.process_substitutions = tokens_.process_substitutions();
    return std::move(script_);
  }

 private:
  using Names = std::initializer_list<std::string_view>;

  void fail() { failed_ = true; }
  bool stuck() const { return failed_ || tokens_.failed(); }
  void advance() { token_ = tokens_.next(); }
  bool at_word(std::string_view text) const { return token_.kind == Token::word && token_.word.is(text); }
  bool at_operator(std::string_view text) const { return token_.kind == Token::op && token_.text == text; }
  bool at_any(Names names) const {
    return std::ranges::any_of(names, [&](std::string_view name) { return at_word(name) || at_operator(name); });
  }
  bool take(std::string_view text) {
    if (!at_word(text) && !at_operator(text)) return false;
    advance();
    return true;
  }
  void expect(std::string_view text) {
    if (!take(text)) fail();
  }
  void skip_newlines() {
    while (at_operator("\n") && !stuck()) advance();
  }

  /// Commands up to one of `ends`, which stays, or to the end of the text. What the success of the last one says.
  ShellGuard list(Names ends) {
    ShellGuard last;
    while (!stuck()) {
      while ((at_operator("\n") || at_operator(";")) && !stuck()) advance();
      if (token_.kind == Token::end || at_any(ends)) break;
      const std::size_t before = tokens_.position();
      last = and_or();
      if (tokens_.position() == before && token_.kind != Token::end && !at_any(ends)) fail();
    }
    return last;
  }

  ShellGuard and_or() {
    const std::size_t first = script_.commands.size();
    const std::size_t outside = guards_.size();
    ShellGuard guard = pipeline();
    std::string_view previous;
    while ((at_operator("&&") || at_operator("||")) && !stuck()) {
      const std::string_view op = token_.text;
      if (!previous.empty() && previous != op) {  // a && b || c: what c stands under is neither of the two
        guards_.resize(outside);
        guard.kind = Kind::other;
      }
      previous = op;
      push(op == "&&" ? guard : negated(guard));
      advance();
      skip_newlines();
      const ShellGuard next = pipeline();
      guard.kind = guard.kind == Kind::none && op == "&&" ? next.kind : Kind::other;
      guard.variable = next.variable;
      guard.asks_for_files = guard.asks_for_files || next.asks_for_files;
    }
    guards_.resize(outside);
    if (take("&")) set_apart(first);
    return guard;
  }

  void push(const ShellGuard& guard) {
    if (guard.kind == Kind::none) return;
    if (guards_.size() >= kMostGuards) return fail();
    guards_.push_back(guard);
  }

  ShellGuard pipeline() {
    const std::size_t first = script_.commands.size();
    bool negate = false;
    while (take("!")) negate = !negate;
    if (at_word("time")) advance();
    ShellGuard guard = command();
    bool piped = false;
    while ((at_operator("|") || at_operator("|&")) && !stuck()) {
      advance();
      skip_newlines();
      const ShellGuard next = command();
      guard = ShellGuard{.asks_for_files = guard.asks_for_files || next.asks_for_files};
      piped = true;
    }
    if (piped) set_apart(first);
    return negate ? negated(guard) : guard;
  }

  void set_apart(std::size_t first) {
    for (std::size_t i = first; i < script_.commands.size(); ++i) script_.commands[i].apart = true;
  }

  ShellGuard command() {
    if (++depth_ > kMostDepth) fail();
    ShellGuard guard;
    if (!stuck()) guard = compound();
    --depth_;
    return guard;
  }

  ShellGuard compound() {
    const std::size_t first = script_.commands.size();
    ShellGuard guard;
    if (at_operator("(")) {
      advance();
      list({")"});
      expect(")");
      set_apart(first);
    } else if (take("{")) {
      guard = list({"}"});
      expect("}");
    } else if (take("if")) {
      if_clause();
    } else if (take("while") || take("until")) {
      list({"do"});
      loop_body();
    } else if (take("for") || take("select")) {
      for_clause();
    } else if (take("case")) {
      case_clause();
    } else if (take("function")) {
      function(token_.word.literal().value_or(""));
    } else {
      return simple_command();
    }
    while (token_.kind == Token::redirection && !stuck()) redirection();
    return guard;
  }

  void under(const ShellGuard& guard, Names ends) {
    const std::size_t outside = guards_.size();
    push(guard);
    list(ends);
    guards_.resize(outside);
  }

  void if_clause() {
    const std::size_t outside = guards_.size();
    for (;;) {
      ShellGuard guard = list({"then"});
      expect("then");
      if (guard.kind == Kind::none) guard.kind = Kind::other;
      under(guard, {"elif", "else", "fi"});
      push(negated(guard));
      if (!take("elif") || stuck()) break;
    }
    if (take("else")) list({"fi"});
    guards_.resize(outside);
    expect("fi");
  }

  void loop_body() {
    expect("do");
    under({}, {"done"});
    expect("done");
  }

  void for_clause() {
    if (at_operator("(")) return fail();  // for ((...)): no shell of POSIX
    assign_unknown(token_.word.literal().value_or(""));
    advance();
    skip_newlines();
    if (take("in")) {
      while (token_.kind == Token::word && !stuck()) advance();
    }
    while ((at_operator(";") || at_operator("\n")) && !stuck()) advance();
    loop_body();
  }

  /// A variable whose value the text does not tell.
  void assign_unknown(const std::string& name) {
    ShellCommand command = begin();
    command.assignments.emplace_back(name, ShellWord{{{.kind = ShellPiece::Kind::unknown, .text = {}}}});
    keep(std::move(command));
  }

  void case_clause() {
    advance();  // the word
    skip_newlines();
    expect("in");
    skip_newlines();
    while (!at_word("esac") && !stuck()) {
      take("(");
      while (token_.kind == Token::word && !stuck()) {
        advance();
        if (!take("|")) break;
      }
      expect(")");
      under({}, {";;", ";&", ";;&", "esac"});
      if (!at_word("esac") && !take(";;") && !take(";&") && !take(";;&")) fail();
      skip_newlines();
    }
    expect("esac");
  }

  /// Behind the name, at the parentheses or the body.
  void function(const std::string& name) {
    const std::size_t first = script_.commands.size();
    if (token_.kind == Token::word && !at_word("{")) advance();
    if (take("(")) expect(")");
    skip_newlines();
    script_.functions.insert(name);
    const std::size_t outside = guards_.size();
    push({});
    command();
    guards_.resize(outside);
    set_apart(first);
  }

  ShellCommand begin() const {
    ShellCommand command;
    command.line = token_.line;
    command.guards = guards_;
    return command;
  }

  void keep(ShellCommand command) {
    if (script_.commands.size() >= kMostShellCommands) return fail();
    script_.commands.push_back(std::move(command));
  }

  void redirection() {
    advance();
    if (token_.kind == Token::word) {
      advance();
    } else {
      fail();
    }
  }

  ShellGuard simple_command() {
    if (at_any({"then", "elif", "else", "fi", "do", "done", "esac", "}"})) fail();  // closes what is not open
    ShellCommand command = begin();
    while (!stuck()) {
      if (token_.kind == Token::redirection) {
        redirection();
      } else if (token_.kind != Token::word) {
        break;
      } else if (command.words.empty() && token_.word.is("[[")) {
        double_bracket(command);
      } else {
        auto assignment = command.words.empty() ? split_assignment(token_.word) : std::nullopt;
        if (assignment) {
          command.assignments.push_back(*std::move(assignment));
        } else {
          command.words.push_back(std::move(token_.word));
        }
        advance();
      }
    }
    if (at_operator("(") && command.words.size() == 1 && command.assignments.empty()) {
      function(command.words.front().literal().value_or(""));
      return {};
    }
    if (command.words.empty() && command.assignments.empty()) return {.kind = Kind::none};
    const ShellGuard guard = guard_of(command);
    keep(std::move(command));
    return guard;
  }

  /// [[ ... ]] has a grammar of its own: && and < are words of it.
  void double_bracket(ShellCommand& command) {
    bool plain = true;
    while (!stuck() && token_.kind != Token::end && !at_word("]]")) {
      if (token_.kind == Token::word) {
        command.words.push_back(std::move(token_.word));
      } else {
        plain = false;
      }
      advance();
    }
    if (!at_word("]]")) return fail();
    command.words.push_back(std::move(token_.word));
    if (!plain)
      command.words.insert(command.words.begin() + 1, ShellWord{{{.kind = ShellPiece::Kind::unknown, .text = {}}}});
    advance();
  }

  ShellTokens tokens_;
  ShellToken token_;
  ShellScript script_;
  std::vector<ShellGuard> guards_;
  int depth_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<std::string> ShellWord::literal() const {
  std::string text;
  for (const ShellPiece& piece : pieces) {
    if (piece.kind != ShellPiece::Kind::literal) return std::nullopt;
    text += piece.text;
  }
  return text;
}

bool ShellWord::is(std::string_view unquoted) const {
  return pieces.size() == 1 && pieces.front().kind == ShellPiece::Kind::literal && !pieces.front().quoted &&
         pieces.front().text == unquoted;
}

ShellScript parse_shell_script(std::string_view text) {
  if (text.size() > kMostShellBytes) return {.complete = false};
  return Parser(text).parse();
}

}  // namespace ocitidy
