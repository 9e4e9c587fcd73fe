// shell_words.h - the words and operators of shell text: quoting, expansions, comments, here-documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/shell_script.h"

namespace ocitidy {

struct ShellToken {
  enum class Kind : std::uint8_t { word, op, redirection, end };
  Kind kind = Kind::end;
  ShellWord word;         ///< of a word
  std::string_view text;  ///< of an operator; "\n" is one
  unsigned line = 1;
};

/// Cuts a text into tokens, one by one. After failed() only `end` comes.
class ShellTokens {
 public:
  explicit ShellTokens(std::string_view text) : text_(text) {}

  ShellToken next();
  bool failed() const { return failed_; }
  std::size_t position() const { return at_; }
  const std::vector<unsigned>& process_substitutions() const { return process_substitutions_; }

 private:
  struct HereDocument {
    std::string end;
    bool tabs_stripped = false;
  };

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool more() const { return at_ < text_.size(); }
  void fail();
  void skip_blanks();
  void skip_here_documents();
  void skip_past(char open, char close);
  void skip_quoted(char quote);
  std::optional<ShellToken> operator_token(ShellToken token);
  ShellToken redirection(ShellToken token);
  ShellWord word();
  void unquoted(ShellWord& word);
  void double_quoted(ShellWord& word);
  void dollar(ShellWord& word, bool quoted);
  void braced(ShellWord& word, bool quoted);
  void substitution(ShellWord& word, bool quoted, char open, char close);

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  std::size_t counted_ = 0;  // up to here the newlines are in line_
  bool failed_ = false;
  std::vector<HereDocument> here_documents_;
  std::vector<unsigned> process_substitutions_;
};

}  // namespace ocitidy
