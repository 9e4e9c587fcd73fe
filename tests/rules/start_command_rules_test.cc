// Edges of the smaller rules about the start command: shell form, variables, emulator, package managers, _HANDLER,
// wrappers, process substitution, privileges.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

std::string entry(std::string_view lines, std::string_view config = "") {
  return cat("config entrypoint /entry.sh ; env PATH=/bin", config, "\nbase healthy\nlayer\nfile bin/sh 0755 elf64\n",
             "file bin/aws-lambda-rie 0755 elf64\nfile bin/npm 0755 elf64\nfile entry.sh 0755 \"#!/bin/sh\\n", lines,
             "\"\n");
}

TEST(ShellFormEntrypoint, LooksForUsesOfCmd) {
  const auto with = [](std::string_view text) { return cat("config entrypoint /bin/sh -c '", text, "' ; cmd a.b"); };
  for (const char* text : {"x", "x $HOME", "x $", "x ${A}", "x $$"}) {
    EXPECT_EQ(expect_finds("shell-form-entrypoint", with(text)).size(), 1u) << text;
  }
  for (const char* text : {"x $@", "x \"$*\"", "x $0", "x ${1}", "x ${@}", "x $#", "$0"}) {
    expect_silent("shell-form-entrypoint", with(text));
  }
  EXPECT_EQ(expect_finds("shell-form-entrypoint", "config entrypoint bash -e -lc x ; cmd a.b").size(), 1u);
  expect_not_applicable("shell-form-entrypoint", "config entrypoint bash x.sh ; cmd a.b");
  expect_not_applicable("shell-form-entrypoint", "config entrypoint python -c x ; cmd a.b");
  expect_not_applicable("shell-form-entrypoint", "config entrypoint ; cmd sh -c x");
  expect_not_applicable("shell-form-entrypoint", "artifact application/x");
}

TEST(UnexpandedVariable, KnowsWhatIsAVariable) {
  const auto with = [](std::string_view word) { return cat("config entrypoint /bin/server '", word, "' ; cmd"); };
  for (const char* word : {"$A", "${A}", "x$_a1", "a$ $B"}) {
    EXPECT_EQ(expect_finds("unexpanded-variable", with(word)).size(), 1u) << word;
  }
  for (const char* word : {"$", "a$", "$1", "${", "${A", "${A:-b}", "^a$|b", "$(x)", ""}) {
    expect_silent("unexpanded-variable", with(word));
  }
  expect_silent("unexpanded-variable", "config entrypoint python -c 'f\"$x\"' ; cmd");
  expect_silent("unexpanded-variable", "config entrypoint java -Da=${B} ; cmd");
  EXPECT_EQ(expect_finds("unexpanded-variable", "config entrypoint java -Da=$B ; cmd").size(), 1u);
  EXPECT_EQ(expect_finds("unexpanded-variable", "config entrypoint ; cmd x $A $B $C $D $E $F $G $H $I").size(), 8u);
  expect_not_applicable("unexpanded-variable", entry("eval exec $@", " ; cmd $A"));
  EXPECT_EQ(expect_finds("unexpanded-variable", entry("exec $@", " ; cmd x $A")).size(), 1u);
}

TEST(EmulatorEntrypoint, ConditionsDecide) {
  constexpr std::string_view kRule = "emulator-entrypoint";
  EXPECT_EQ(expect_finds(kRule, entry("exec aws-lambda-rie x")).size(), 1u);
  EXPECT_EQ(
      expect_finds(kRule, entry("if [ -n \\\"$AWS_LAMBDA_RUNTIME_API\\\" ]; then exec aws-lambda-rie x; fi")).size(),
      1u);
  expect_silent(kRule, entry("if [ -z \\\"$AWS_LAMBDA_RUNTIME_API\\\" ]; then exec aws-lambda-rie x; fi\\nexec x"));
  expect_silent(kRule, entry("if [ -n \\\"$DEBUG\\\" ]; then exec aws-lambda-rie x; fi\\nexec x"));
  expect_silent(kRule, "config entrypoint /bin/aws-lambda-rie");  // missing: for entrypoint-not-found
}

TEST(EmulatorLeftInImage, NamesProgramsOnly) {
  constexpr std::string_view kRule = "emulator-left-in-image";
  EXPECT_EQ(expect_finds(kRule, "layer\nfile opt/aws-lambda-rie-arm64 0644 elf64").size(), 1u);
  expect_silent(kRule,
                "layer\nfile opt/aws-lambda-rie 0755 \"text\"\nsymlink x/aws-lambda-rie -> y\ndir y/aws-lambda-rie");
  const std::string base =
      "config env LAMBDA_TASK_ROOT=/var/task ; env LAMBDA_RUNTIME_DIR=/var/runtime\nbase healthy\nlayer\n";
  expect_silent(kRule, base + "file usr/local/bin/aws-lambda-rie 0755 elf64");
  EXPECT_EQ(expect_finds(kRule, base + "file usr/bin/aws-lambda-rie 0755 elf64").size(), 1u);
  EXPECT_EQ(expect_finds(kRule, "layer\nfile usr/local/bin/aws-lambda-rie 0755 elf64").size(), 1u);
}

TEST(PackageManagerEntrypoint, WantsCertainty) {
  constexpr std::string_view kRule = "package-manager-entrypoint";
  EXPECT_EQ(expect_finds(kRule, entry("npm start")).size(), 1u);
  expect_silent(kRule, entry("if [ -n \\\"$DEV\\\" ]; then exec npm start; fi\\nexec x"));
  expect_silent(kRule, entry("npm run build\\nexec /bin/sh"));
  expect_silent(kRule, "config entrypoint /bin/npm");
}

TEST(HandlerVariableNotSet, LooksForPlainUses) {
  constexpr std::string_view kRule = "handler-variable-not-set";
  for (const char* use : {"echo $_HANDLER", "exec \\\"${_HANDLER}\\\"", "a=${_HANDLER%.*}", "x $(echo $_HANDLER)"}) {
    EXPECT_EQ(expect_finds(kRule, entry(use)).size(), 1u) << use;
  }
  for (const char* use : {"echo $_HANDLERS", "echo ${_HANDLER:-$1}", "# $_HANDLER", "_HANDLER=$1\\necho $_HANDLER",
                          "export A=1 _HANDLER=$1; echo $_HANDLER", "echo _HANDLER", "echo $MY_HANDLER"}) {
    expect_silent(kRule, entry(use));
  }
  expect_not_applicable(kRule, entry("echo $_HANDLER", " ; env _HANDLER=x"));
  expect_not_applicable(kRule, "base healthy");
}

TEST(ExecWrapperNotSupported, JudgesTheFileWhereAScriptReadsIt) {
  constexpr std::string_view kRule = "exec-wrapper-not-supported";
  const std::string reads = entry("$AWS_LAMBDA_EXEC_WRAPPER /bin/sh", " ; env AWS_LAMBDA_EXEC_WRAPPER=/opt/w");
  EXPECT_EQ(expect_finds(kRule, reads).front().severity, Severity::error);
  EXPECT_EQ(expect_finds(kRule, reads + "file opt/w 0750 elf64\n").front().severity, Severity::error);
  EXPECT_EQ(expect_finds(kRule, reads + "dir opt/w\n").front().severity, Severity::error);
  expect_silent(kRule, reads + "file opt/w 0755 elf64\n");
  expect_silent(kRule, entry("$AWS_LAMBDA_EXEC_WRAPPER", " ; env AWS_LAMBDA_EXEC_WRAPPER=/tmp/w"));
  EXPECT_EQ(expect_finds(kRule, "config env AWS_LAMBDA_EXEC_WRAPPER=/opt/w").front().severity, std::nullopt);
  expect_not_applicable(kRule, entry(". /x", " ; env AWS_LAMBDA_EXEC_WRAPPER=/opt/w"));
  expect_not_applicable(kRule, "config env AWS_LAMBDA_EXEC_WRAPPER=");
}

TEST(ProcessSubstitution, NamesTheLines) {
  constexpr std::string_view kRule = "process-substitution";
  const auto findings = expect_finds(kRule, entry("a <(b)\\nc\\nd > >(e)\\n"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings.front().message.find("in lines 2 and 4"), std::string::npos) << findings.front().message;
  expect_silent(kRule, entry("a < b\\nc '<(d)'"));
  expect_not_applicable(kRule, "base healthy");
}

TEST(NeedsPrivilege, WantsCertainty) {
  constexpr std::string_view kRule = "needs-privilege";
  EXPECT_EQ(expect_finds(kRule, entry("sudo a\\nsudo b\\n/bin/mount c\\nexec x")).size(), 2u) << "each program once";
  EXPECT_EQ(expect_finds(kRule, entry("a && exec su-exec b c")).size(), 1u);
  expect_silent(kRule, entry("[ $(id -u) = 0 ] && exec gosu a b\\nexec x"));
  expect_silent(kRule, entry("if [ -z \\\"$AWS_LAMBDA_RUNTIME_API\\\" ]; then sudo a; fi\\nexec x"));
  expect_silent(kRule, entry("su() { a; }\\nsu\\nexec x"));
  expect_silent(kRule, entry("echo sudo mount"));
}

TEST(SymlinkedEntrypoint, CountsTheFileItselfOnly) {
  constexpr std::string_view kRule = "symlinked-entrypoint";
  expect_silent(kRule, "config entrypoint /bin/x\nlayer\nsymlink bin -> usr/bin\nfile usr/bin/x 0755 elf64");
  EXPECT_EQ(expect_finds(kRule, "config entrypoint x ; env PATH=/bin\nlayer\nsymlink bin/x -> y\nfile bin/y 0755 elf64")
                .size(),
            1u);
  expect_not_applicable(kRule, "config entrypoint /x\nlayer\nsymlink x -> y");
}

}  // namespace
}  // namespace ocitidy::test
