// shell_script_test - which commands a script holds, under which conditions, and where reading ends.
#include "formats/shell_script.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace ocitidy {
namespace {

std::string word_text(const ShellWord& word) {
  using Kind = ShellPiece::Kind;
  std::string text;
  for (const ShellPiece& piece : word.pieces) {
    if (piece.kind == Kind::literal) text += piece.text;
    if (piece.kind == Kind::variable || piece.kind == Kind::positional) text += cat("$", piece.text);
    if (piece.kind == Kind::arguments) text += "$@";
    if (piece.kind == Kind::unknown) text += "?";
  }
  return text;
}

/// "line: guards | NAME=value word word &": one line a command.
std::string told(std::string_view script) {
  std::string out;
  const ShellScript parsed = parse_shell_script(script);
  for (const ShellCommand& command : parsed.commands) {
    out += cat(command.line, ":");
    for (const ShellGuard& guard : command.guards) {
      const auto kind = guard.kind;
      out += kind == ShellGuard::Kind::variable_empty ? " -z "
             : kind == ShellGuard::Kind::variable_set ? " -n "
                                                      : " if";
      out += cat(guard.variable, guard.asks_for_files ? "(files)" : "");
    }
    if (!command.guards.empty()) out += " |";
    for (const auto& [name, value] : command.assignments) out += cat(" ", name, "=", word_text(value));
    for (const ShellWord& word : command.words) out += cat(" ", word_text(word));
    out += command.apart ? " &\n" : "\n";
  }
  return out + (parsed.complete ? "" : "...");
}

TEST(ShellScript, CutsWordsAsTheShellDoes) {
  EXPECT_EQ(told("a 'b c' \"d $E\" f\\ g h\\\ni # no\nj"), "1: a b c d $E f g hi\n3: j\n");
  EXPECT_EQ(told("a \"$@\" $* ${B} ${C:-} ${D:-x} $1 ${2} $# $(f ')' \"$(g)\") `h` $((1+2)) $'q' *.py ~/x $"),
            "1: a $@ $@ $B $C ? $1 $2 ? ? ? ? ? ? ? $\n");
  EXPECT_EQ(told("A=1 B=\"$C\" d e=f"), "1: A=1 B=$C d e=f\n");
  EXPECT_EQ(told("A=(1 2) ; B+=x"), "1: A=?\n1: B=?\n");
  EXPECT_EQ(told("''"), "1: \n");
}

TEST(ShellScript, LeavesRedirectionsOut) {
  EXPECT_EQ(told("a >b 2>&1 <c >>d &>e c2 3<<<\"x y\""), "1: a c2\n");
  EXPECT_EQ(told("exec > >(tee x) 2>&1"), "1: exec\n");
  EXPECT_EQ(parse_shell_script("\ndiff <(a) <(b)\n").process_substitutions, (std::vector<unsigned>{2, 2}));
  EXPECT_EQ(parse_shell_script("a '<(b)' \"<(c)\" # <(d)").process_substitutions, std::vector<unsigned>{});
}

TEST(ShellScript, SkipsHereDocuments) {
  EXPECT_EQ(told("cat <<EOF >x\nexec a\nEOF\nb"), "1: cat\n4: b\n");
  EXPECT_EQ(told("cat <<-'E F' && b\n\tif\n\tE F\nc"), "1: cat\n1: b\n4: c\n");
  EXPECT_EQ(told("cat <<EOF\nno end"), "1: cat\n...");
}

TEST(ShellScript, KnowsConditions) {
  EXPECT_EQ(told("if [ -z \"${A}\" ]; then b; elif test -n $C; then d; else e; fi"),
            "1: [ -z $A ]\n1: -z A | b\n1: -n A | test -n $C\n1: -n A -n C | d\n1: -n A -z C | e\n");
  EXPECT_EQ(told("[[ ! -n $A ]] && b || c"), "1: [[ ! -n $A ]]\n1: -z A | b\n1: if | c\n");
  EXPECT_EQ(told("[ \"$A\" = '' ] || b"), "1: [ $A =  ]\n1: -n A | b\n");
  EXPECT_EQ(told("cd x && b"), "1: cd x\n1: b\n");
  EXPECT_EQ(told("cd x || b"), "1: cd x\n1: if | b\n");
  EXPECT_EQ(told("command -v x && b"), "1: command -v x\n1: if(files) | b\n");
  EXPECT_EQ(told("if [ -x /b ]; then /b; fi"), "1: [ -x /b ]\n1: if(files) | /b\n");
  EXPECT_EQ(told("if a; then b; fi"), "1: a\n1: if | b\n");
  EXPECT_EQ(told("[[ -z $A && -z $B ]] && c"), "1: [[ ? -z $A -z $B ]]\n1: if | c\n");
}

TEST(ShellScript, KnowsCompounds) {
  EXPECT_EQ(told("for a in 1 2; do b; done"), "1: a=?\n1: if | b\n");
  EXPECT_EQ(told("while a\ndo b\ndone < c"), "1: a\n2: if | b\n");
  EXPECT_EQ(told("case \"$1\" in\n  a|b) c ;;\n  (*) d\nesac\ne"), "2: if | c\n3: if | d\n5: e\n");
  EXPECT_EQ(told("f() { a; }\nfunction g {\nb\n}\nf"), "1: if | a &\n3: if | b &\n5: f\n");
  EXPECT_EQ(told("(a; b) ; { c; } ; d | e ; f & g"), "1: a &\n1: b &\n1: c\n1: d &\n1: e &\n1: f &\n1: g\n");
  EXPECT_EQ(told("! a && b"), "1: a\n1: if | b\n");
  EXPECT_EQ(parse_shell_script("f() { a; }").functions, std::set<std::string>{"f"});
}

TEST(ShellScript, StopsAtWhatIsNoShell) {
  for (const char* text :
       {"a\nfi)", "a; 'b", "if a; then b", "case x in a) b", "a; ;; b", "{ a", "$(a", "for ((;;)); do a; done"}) {
    EXPECT_FALSE(parse_shell_script(text).complete) << text;
  }
  EXPECT_EQ(told("a\n)\nb"), "1: a\n...");
  EXPECT_TRUE(parse_shell_script("").complete);
  EXPECT_TRUE(parse_shell_script("#!/bin/sh\n\n# nothing\n").complete);
}

TEST(ShellScript, IsBounded) {
  EXPECT_TRUE(parse_shell_script(std::string(kMostShellBytes, '\n')).complete);
  EXPECT_FALSE(parse_shell_script(std::string(kMostShellBytes + 1, '\n')).complete);
  std::string deep, commands, guards = "[ -z \"$A\" ]";
  for (int i = 0; i < 10'000; ++i) deep += "{ ";
  EXPECT_FALSE(parse_shell_script(deep).complete);
  for (std::size_t i = 0; i < kMostShellCommands; ++i) commands += "a\n";
  EXPECT_TRUE(parse_shell_script(commands).complete);
  EXPECT_FALSE(parse_shell_script(commands + "a").complete);
  for (int i = 0; i < 200; ++i) guards += " && [ -z \"$A\" ]";
  EXPECT_FALSE(parse_shell_script(guards).complete);
}

}  // namespace
}  // namespace ocitidy
