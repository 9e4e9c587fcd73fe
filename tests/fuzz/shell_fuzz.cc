// shell_fuzz.cc - shell scripts: whatever the text, reading ends, within its bounds.
#include <algorithm>

#include "formats/shell_script.h"
#include "target.h"

namespace ocitidy::test {

std::string_view fuzz_corpus() { return ""; }

std::vector<std::string> fuzz_seeds() {
  return {"#!/bin/sh\nset -e\nif [ -z \"${AWS_LAMBDA_RUNTIME_API:-}\" ]; then exec /rie \"$@\"; else exec $1; fi\n",
          "case \"$1\" in a|b) c ;; (*) d ;; esac\nfor a in 1 2; do b; done\nwhile ! a; do b && c || d; done < e\n",
          "cat <<EOF >x\n$y\nEOF\nA=(1 2) B+=c f() { g; }\nfunction h { i | j & }\n[[ -n $A && x < y ]] && (k)\n",
          "a $(b \"`c`\" ')') $((1+2)) ${d:-${e}} $'f\\'' 2>&1 <<<g <(h) \\\n~/i *.j {k,l} 'm\n"};
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ShellScript script = parse_shell_script(text);
  const auto lines = static_cast<unsigned>(1 + std::ranges::count(text, '\n'));
  test::promise(script.commands.size() <= kMostShellCommands, "commands are bounded");
  test::promise(size <= kMostShellBytes || !script.complete, "a long text is not complete");
  for (const ShellCommand& command : script.commands) {
    test::promise(command.line >= 1 && command.line <= lines, "a command stands in a line of the text");
    for (const ShellGuard& guard : command.guards)
      test::promise(guard.kind != ShellGuard::Kind::none, "no condition is none");
    for (const ShellWord& word : command.words) test::promise(!word.pieces.empty(), "a word has pieces");
  }
  return 0;
}
