// shell_words.cc - token recognition and quoting of POSIX.1-2017, Shell Command Language, 2.2 to 2.6, and bash's <( ).
#include "formats/shell_words.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace ocitidy {
namespace {

using Piece = ShellPiece::Kind;

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_name_start(c) || is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_word(char c) { return is_blank(c) || std::string_view("\n;&|<>()").contains(c); }

void add(ShellWord& word, Piece kind, bool quoted, std::string_view text) {
  if (kind == Piece::literal && !word.pieces.empty() && word.pieces.back().kind == kind &&
      word.pieces.back().quoted == quoted) {
    word.pieces.back().text += text;
    return;
  }
  word.pieces.push_back({.kind = kind, .quoted = quoted, .text = std::string(text)});
}

/// Unquoted text that the shell replaces by names of files, or by several words.
bool is_pattern(std::string_view text) {
  if (text == "[" || text == "]" || text == "[[" || text == "]]" || text == "{" || text == "}") return false;
  return text.find_first_of("*?[") != std::string_view::npos || text.starts_with('~') ||
         (text.contains('{') && text.contains(','));
}

}  // namespace

void ShellTokens::fail() {
  failed_ = true;
  at_ = text_.size();
}

void ShellTokens::skip_blanks() {
  while (more()) {
    if (is_blank(peek())) {
      ++at_;
    } else if (peek() == '\\' && peek(1) == '\n') {
      at_ += 2;
    } else if (peek() == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      return;
    }
  }
}

/// Behind a newline: the lines of the here-documents that the line before announced.
void ShellTokens::skip_here_documents() {
  for (const HereDocument& document : here_documents_) {
    for (;;) {
      if (!more()) return fail();
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(at_, end - at_);
      at_ = std::min(end + 1, text_.size());
      if (document.tabs_stripped) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      if (line == document.end) break;
    }
  }
  here_documents_.clear();
}

/// Behind `open`: to behind the `close` that belongs to it. Quotes hide both.
void ShellTokens::skip_past(char open, char close) {
  int depth = 1;
  while (more()) {
    const char c = text_[at_++];
    if (c == '\\') {
      at_ = std::min(at_ + 1, text_.size());
    } else if (c == '\'' || c == '"' || c == '`') {
      skip_quoted(c);
    } else if (c == close) {
      if (--depth == 0) return;
    } else if (c == open) {
      ++depth;
    }
  }
  fail();
}

/// Behind an opening quote: to behind the closing one.
void ShellTokens::skip_quoted(char quote) {
  while (more()) {
    const char c = text_[at_++];
    if (c == quote) return;
    if (c == '\\' && quote != '\'') at_ = std::min(at_ + 1, text_.size());
  }
  fail();
}

ShellToken ShellTokens::next() {
  skip_blanks();
  line_ += static_cast<unsigned>(std::ranges::count(text_.substr(counted_, at_ - counted_), '\n'));
  counted_ = at_;
  ShellToken token;
  token.line = line_;
  if (!more() || failed_) return token;
  if (const auto found = operator_token(token)) return *found;
  token.kind = ShellToken::Kind::word;
  token.word = word();
  const std::string digits = token.word.literal().value_or("x");
  const bool number = !digits.empty() && std::ranges::all_of(digits, is_digit);
  if (number && (peek() == '<' || peek() == '>') && peek(1) != '(') return redirection(token);
  if (failed_) return {.word = {}, .text = {}, .line = line_};
  return token;
}

std::optional<ShellToken> ShellTokens::operator_token(ShellToken token) {
  static constexpr auto kOperators =
      std::to_array<std::string_view>({";;&", "&&", "||", ";;", ";&", "|&", ";", "&", "|", "(", ")", "\n"});
  const std::string_view rest = text_.substr(at_);
  const char c = rest.front();
  if ((c == '<' || c == '>') && peek(1) != '(') return redirection(token);
  if (rest.starts_with("&>")) return redirection(token);
  for (const std::string_view op : kOperators) {
    if (!rest.starts_with(op)) continue;
    at_ += op.size();
    if (op == "\n") skip_here_documents();
    token.kind = ShellToken::Kind::op;
    token.text = op;
    return token;
  }
  return std::nullopt;
}

/// At the operator. A here-document's end is read here, its lines later; the token that follows is the target's word.
ShellToken ShellTokens::redirection(ShellToken token) {
  static constexpr auto kOperators =
      std::to_array<std::string_view>({"&>>", "<<<", "<<-", "&>", "<<", ">>", "<&", ">&", "<>", ">|", "<", ">"});
  token.kind = ShellToken::Kind::redirection;
  token.word = {};
  for (const std::string_view op : kOperators) {
    if (!text_.substr(at_).starts_with(op)) continue;
    at_ += op.size();
    if (op != "<<" && op != "<<-") return token;
    const std::size_t start = at_;
    skip_blanks();
    const std::optional<std::string> end = word().literal();
    if (!end || end->empty()) {
      fail();
      return {.word = {}, .text = {}, .line = line_};
    }
    here_documents_.push_back({*end, op == "<<-"});
    at_ = start;
    return token;
  }
  fail();
  return {.word = {}, .text = {}, .line = line_};
}

ShellWord ShellTokens::word() {
  ShellWord word;
  const std::size_t start = at_;
  while (more() && !failed_) {
    const char c = peek();
    if ((c == '<' || c == '>') && peek(1) == '(') {
      process_substitutions_.push_back(line_);
      at_ += 2;
      substitution(word, false, '(', ')');
    } else if (c == '(' && at_ > start && text_[at_ - 1] == '=') {  // an array
      ++at_;
      substitution(word, false, '(', ')');
    } else if (ends_word(c)) {
      break;
    } else if (c == '\'') {
      const std::size_t end = text_.find('\'', at_ + 1);
      if (end == std::string_view::npos) fail();
      if (failed_) break;
      add(word, Piece::literal, true, text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
    } else if (c == '"') {
      double_quoted(word);
    } else {
      unquoted(word);
    }
  }
  if (at_ == start) fail();  // a character that begins nothing
  for (ShellPiece& piece : word.pieces) {
    if (piece.kind == Piece::literal && !piece.quoted && is_pattern(piece.text)) piece.kind = Piece::unknown;
  }
  return word;
}

void ShellTokens::unquoted(ShellWord& word) {
  const char c = peek();
  if (c == '$') {
    dollar(word, false);
  } else if (c == '`') {
    ++at_;
    skip_quoted('`');
    add(word, Piece::unknown, false, "");
  } else if (c == '\\') {
    if (peek(1) != '\n') add(word, Piece::literal, true, text_.substr(at_ + 1, 1));
    at_ = std::min(at_ + 2, text_.size());
  } else {
    add(word, Piece::literal, false, text_.substr(at_++, 1));
  }
}

void ShellTokens::double_quoted(ShellWord& word) {
  ++at_;
  add(word, Piece::literal, true, "");
  while (more() && !failed_) {
    const char c = peek();
    if (c == '"') {
      ++at_;
      if (word.pieces.size() > 1)
        std::erase_if(word.pieces,
                      [](const ShellPiece& piece) { return piece.kind == Piece::literal && piece.text.empty(); });
      return;
    }
    if (c == '$') {
      dollar(word, true);
    } else if (c == '`') {
      ++at_;
      skip_quoted('`');
      add(word, Piece::unknown, true, "");
    } else if (c == '\\' && std::string_view("$`\"\\\n").contains(peek(1))) {
      if (peek(1) != '\n') add(word, Piece::literal, true, text_.substr(at_ + 1, 1));
      at_ += 2;
    } else {
      add(word, Piece::literal, true, text_.substr(at_++, 1));
    }
  }
  fail();
}

void ShellTokens::substitution(ShellWord& word, bool quoted, char open, char close) {
  skip_past(open, close);
  add(word, Piece::unknown, quoted, "");
}

void ShellTokens::dollar(ShellWord& word, bool quoted) {
  ++at_;
  const char c = peek();
  if (is_name_start(c)) {
    const std::size_t start = at_;
    while (is_name(peek())) ++at_;
    add(word, Piece::variable, quoted, text_.substr(start, at_ - start));
  } else if (c == '@' || c == '*') {
    ++at_;
    add(word, Piece::arguments, quoted, "");
  } else if (is_digit(c)) {
    add(word, Piece::positional, quoted, text_.substr(at_++, 1));
  } else if (c == '{') {
    ++at_;
    braced(word, quoted);
  } else if (c == '(') {
    ++at_;
    substitution(word, quoted, '(', ')');
  } else if (c == '\'' && !quoted) {
    ++at_;
    while (more() && peek() != '\'') at_ += peek() == '\\' ? 2 : 1;
    if (!more()) return fail();
    ++at_;
    add(word, Piece::unknown, true, "");
  } else if (more() && std::string_view("#?$!-").contains(c)) {
    ++at_;
    add(word, Piece::unknown, quoted, "");
  } else {
    add(word, Piece::literal, quoted, "$");
  }
}

/// Behind "${".
void ShellTokens::braced(ShellWord& word, bool quoted) {
  const std::size_t start = at_;
  skip_past('{', '}');
  if (failed_) return;
  std::string_view inside = text_.substr(start, at_ - start - 1);
  for (const std::string_view nothing : {":-", "-"}) {  // ${NAME:-}: only keeps `set -u` quiet
    if (inside.ends_with(nothing)) {
      inside.remove_suffix(nothing.size());
      break;
    }
  }
  const bool name = !inside.empty() && is_name_start(inside.front()) && std::ranges::all_of(inside, is_name);
  if (name) {
    add(word, Piece::variable, quoted, inside);
  } else if (inside == "@" || inside == "*") {
    add(word, Piece::arguments, quoted, "");
  } else if (inside.size() == 1 && is_digit(inside.front())) {
    add(word, Piece::positional, quoted, inside);
  } else {
    add(word, Piece::unknown, quoted, "");
  }
}

std::optional<std::pair<std::string, ShellWord>> split_assignment(const ShellWord& word) {
  if (word.pieces.empty()) return std::nullopt;
  const ShellPiece& first = word.pieces.front();
  if (first.quoted || (first.kind != Piece::literal && first.kind != Piece::unknown)) return std::nullopt;
  const std::size_t equals = first.text.find('=');
  if (equals == std::string::npos || equals == 0 || !is_name_start(first.text.front())) return std::nullopt;
  std::string name = first.text.substr(0, equals);
  if (name.ends_with('+')) name.pop_back();  // NAME+=more: what it was is not known here
  if (!std::ranges::all_of(name, is_name)) return std::nullopt;
  const bool adds = name.size() != equals;
  ShellWord value = word;
  value.pieces.front().text.erase(0, equals + 1);
  if (adds || first.kind == Piece::unknown) value.pieces.front().kind = Piece::unknown;
  if (value.pieces.size() > 1 && value.pieces.front().text.empty() && !adds) value.pieces.erase(value.pieces.begin());
  return std::pair(std::move(name), std::move(value));
}

}  // namespace ocitidy
