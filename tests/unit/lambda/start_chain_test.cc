// start_chain_test - how far the start of an image can be followed, and where it must end.
#include "lambda/start_chain.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "image/scan.h"
#include "lambda/program_file.h"
#include "oci/resolve.h"
#include "support/rule_test.h"

namespace ocitidy::lambda {
namespace {

using test::image_of;

ImageModel model_of(std::string_view recipe) {
  const Image image = image_of(recipe);
  ScanOptions options{.limits = {}};
  options.reads.assign(kStartReads.begin(), kStartReads.end());
  auto resolved = resolve_image(image, {}, options.limits);
  auto model = scan_image(image, *std::move(resolved), options);
  if (!model) throw std::runtime_error(describe(model.error()));
  return *std::move(model);
}

/// "/entry.sh /bin/sh python(not found)": the programs by name; "..." when the chain is not complete.
std::string told(std::string_view recipe) {
  const ImageModel model = model_of(recipe);
  const StartChain chain = follow_start(model);
  std::string text;
  for (const Program& program : chain.programs) {
    text += cat(text.empty() ? "" : " ", program.name, program.problem == Program::Problem::none ? "" : "!");
  }
  return text + (chain.complete ? "" : " ...");
}

constexpr std::string_view kFiles =
    "file bin/sh 0755 elf64\nfile bin/bash 0755 elf64\nfile bin/env 0755 elf64\nfile bin/python 0755 elf64\n"
    "file bin/tini 0755 elf64\nfile bin/gosu 0755 elf64\nfile app/run 0755 elf64\n";

std::string config(std::string_view words) {
  return cat("config entrypoint ", words, " ; env PATH=/bin ; env EMPTY= ; env SET=1\nlayer\n", kFiles);
}

/// An entry script of these lines, started with CMD.
std::string script(std::string_view lines, std::string_view cmd = "app.handler") {
  return cat("config entrypoint /entry.sh ; cmd ", cmd, " ; env PATH=/bin ; env EMPTY= ; env SET=1\nlayer\n", kFiles,
             "file entry.sh 0755 \"#!/bin/sh\\n", lines, "\"\n");
}

TEST(StartChain, EndsAtAProgram) {
  EXPECT_EQ(told(config("/app/run")), "/app/run");
  EXPECT_EQ(told(config("/app/none")), "/app/none! ...");
  EXPECT_EQ(told("config entrypoint ; cmd"), "! ...");
}

TEST(StartChain, GoesThroughShellsAndLaunchers) {
  EXPECT_EQ(told(config("/bin/sh -c 'exec python app.py'")), "/bin/sh python");
  EXPECT_EQ(told(config("bash -euo pipefail -c 'python app.py'")), "bash python");
  EXPECT_EQ(told(config("/bin/sh -c 'cd /app && ./run'")), "/bin/sh ./run");
  EXPECT_EQ(told(config("/bin/sh -c 'exec \"$0\" \"$@\"' python x")), "/bin/sh python");
  EXPECT_EQ(told(config("/bin/bash -lc python")), "/bin/bash ...");
  EXPECT_EQ(told(config("tini -g -- /app/run")), "tini /app/run");
  EXPECT_EQ(told(config("tini --new-option x /app/run")), "tini ...");
  EXPECT_EQ(told(config("env A=b python")), "env python");
  EXPECT_EQ(told(config("env -i python")), "env ...");
  EXPECT_EQ(told(config("gosu app:app python")), "gosu python");
  EXPECT_EQ(told(config("tini -- sh -c 'exec nothere'")), "tini sh nothere! ...");
  EXPECT_EQ(told(config("sh /entry.sh") + "file entry.sh 0644 \"exec python\\n\"\n"), "sh /entry.sh python");
  EXPECT_EQ(told(config("sh /none.sh")), "sh /none.sh! ...");
  EXPECT_EQ(told(config("sh ; cmd")), "sh ...");
  EXPECT_EQ(told(config("/run") + "file run 0755 \"#!/bin/busybox sh\\nexec /none\"\nfile bin/busybox 0755 elf64\n"),
            "/run /bin/busybox ...");
}

TEST(StartChain, FollowsEntryScripts) {
  EXPECT_EQ(told(script("exec python -m awslambdaric \\\"$@\\\"\\n")), "/entry.sh /bin/sh python");
  EXPECT_EQ(told(script("exec \\\"$@\\\"", "python x")), "/entry.sh /bin/sh python");
  EXPECT_EQ(told(script("set -e\\nexec -a name -- $@", "/app/run")), "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script("exec ${0}.bin") + "file entry.sh.bin 0755 elf64\n"), "/entry.sh /bin/sh /entry.sh.bin");
  EXPECT_EQ(told(script("exec $1 x", "python")), "/entry.sh /bin/sh python");
  EXPECT_EQ(told(script("RUN='/app/run --fast'\\nexec $RUN")), "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script("exec >&2\\nmkdir x\\n/app/run \\\"$@\\\"\\n")), "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script("exec python\\nexec /none")), "/entry.sh /bin/sh python");
  EXPECT_EQ(told(script("exit 1\\nexec /none")), "/entry.sh /bin/sh ...");
  EXPECT_EQ(told(script("exec /none")), "/entry.sh /bin/sh /none! ...");
}

TEST(StartChain, JudgesConditionsAsOnLambda) {
  EXPECT_EQ(told(script("if [ -z \\\"$AWS_LAMBDA_RUNTIME_API\\\" ]; then exec /rie; else exec /app/run; fi")),
            "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script("[ -n \\\"${AWS_LAMBDA_RUNTIME_API:-}\\\" ] || exec /rie\\nexec /app/run")),
            "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script("if [ -n \\\"$EMPTY\\\" ]; then exec /none; fi; exec /app/run")), "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script("if [ -n \\\"$SET\\\" ]; then exec /app/run; fi; exec /none")), "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script("if [ -n \\\"$OTHER\\\" ]; then exec /app/run; else exec /none; fi")), "/entry.sh /bin/sh ...");
  EXPECT_EQ(told(script("AWS_LAMBDA_RUNTIME_API=\\n[ -z \\\"$AWS_LAMBDA_RUNTIME_API\\\" ] && exec /app/run")),
            "/entry.sh /bin/sh /app/run");
}

TEST(StartChain, EndsWhereOnlyTheShellKnows) {
  for (const char* lines : {"exec $(which python)",
                            "exec $UNSET",
                            ". /env\\nexec python_x",
                            ". /env\\nmain",
                            "f() { exec /none; }\\nf",
                            "PATH=/opt:$PATH\\nexec none",
                            "cd $HOME\\nexec ./none",
                            "exec /tmp/none",
                            "exec /mnt/efs/none",
                            "(exec /none)",
                            "exec /none | tee log",
                            "exec /none &",
                            "eval exec /none",
                            "shift\\nexec \\\"$@\\\"",
                            "if",
                            "python; fi",
                            "[ -x /none ] && exec /none",
                            "read X\\nexec $X",
                            "while true; do python; done",
                            "exit",
                            ""}) {
    EXPECT_EQ(told(script(lines)), "/entry.sh /bin/sh ...") << lines;
  }
}

TEST(StartChain, TakesGuessedArgumentsOnlyWhereTheyAreThere) {
  const std::string docker = "if [ \\\"${1#-}\\\" != \\\"$1\\\" ]; then set -- python \\\"$@\\\"; fi\\nexec \\\"$@\\\"";
  EXPECT_EQ(told(script(docker, "/app/run")), "/entry.sh /bin/sh /app/run");
  EXPECT_EQ(told(script(docker, "app.js")), "/entry.sh /bin/sh ...");
  EXPECT_EQ(told(script(docker, "-x")), "/entry.sh /bin/sh ...");
  EXPECT_EQ(told(script("set -- python \\\"$@\\\"\\nexec \\\"$@\\\"", "-x")), "/entry.sh /bin/sh python");
}

TEST(StartChain, ReadsEachScriptOnce) {
  EXPECT_EQ(told(script("exec /entry.sh")), "/entry.sh /bin/sh /entry.sh /bin/sh ...");
  EXPECT_EQ(told(script("exec /b.sh") + "file b.sh 0755 \"#!/bin/sh\\nexec /entry.sh\\n\"\n"),
            "/entry.sh /bin/sh /b.sh /bin/sh /entry.sh /bin/sh ...");
}

TEST(StartChain, ReadsWholeScriptsOnly) {
  const auto padded = [](std::size_t bytes) {
    const std::string head = "#!/bin/sh\\nexec python\\n#";
    return cat(config("/entry.sh"), "file entry.sh 0755 \"", head, std::string(bytes - head.size() + 2, 'x'), "\"\n");
  };
  EXPECT_EQ(told(padded(kWholeScript)), "/entry.sh /bin/sh python");
  EXPECT_EQ(told(padded(kWholeScript + 1)), "/entry.sh /bin/sh ...");
}

TEST(StartChain, KnowsTheEntrypointOfAwsBaseImages) {
  const std::string base = cat("config entrypoint /lambda-entrypoint.sh ; cmd a.b ; env PATH=/bin\nlayer\n", kFiles);
  const std::string unread = base + "file lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\n";
  EXPECT_EQ(told(unread), "/lambda-entrypoint.sh /bin/sh /var/runtime/bootstrap! ...");
  EXPECT_EQ(told(unread + "file var/runtime/bootstrap 0755 \"#!/bin/bash\\nexec python x\\n\"\n"),
            "/lambda-entrypoint.sh /bin/sh /var/runtime/bootstrap /bin/bash python");
  EXPECT_EQ(
      told(base +
           "file lambda-entrypoint.sh 0755 \"#!/bin/sh\\nRUNTIME_ENTRYPOINT=/var/runtime/bootstrap\\nif [ -z "
           "\\\"${AWS_LAMBDA_RUNTIME_API}\\\" ]; then\\n exec /usr/local/bin/aws-lambda-rie $RUNTIME_ENTRYPOINT\\n"
           "else\\n exec $RUNTIME_ENTRYPOINT\\nfi\\n\"\nfile var/runtime/bootstrap 0755 elf64\n"),
      "/lambda-entrypoint.sh /bin/sh /var/runtime/bootstrap");
}

TEST(ProgramFile, TellsWhatTheKernelTakes) {
  const auto kind = [](std::string_view content) {
    const ImageModel model = model_of(cat("config entrypoint /x\nlayer\nfile x 0755 ", content, "\n"));
    return kind_of(model, *model.find("x"));
  };
  EXPECT_EQ(kind("elf64"), FileKind::elf);
  EXPECT_EQ(kind(""), FileKind::empty);
  EXPECT_EQ(kind("\"#!\""), FileKind::script);
  EXPECT_EQ(kind("\"\\xef\\xbb\\xbf#!/bin/sh\""), FileKind::marked_text);
  EXPECT_EQ(kind("\"\\xef\\xbb\\xbfecho\""), FileKind::text);
  EXPECT_EQ(kind("\"MZ\\x90\""), FileKind::windows);
  EXPECT_EQ(kind("\"\\xca\\xfe\\xba\\xbe\""), FileKind::mach_o);
  EXPECT_EQ(kind("\"PK\\x03\\x04\""), FileKind::data);
  EXPECT_EQ(kind("\"\\xff\""), FileKind::data);
  EXPECT_EQ(kind(cat("\"", std::string(63, 'x'), "\xc3\xa9\"")), FileKind::text) << "cut inside a character";
  const ImageModel elsewhere = model_of("config entrypoint /x\nlayer\nfile a/b/c/d 0755 \"x\"\n");
  EXPECT_EQ(kind_of(elsewhere, *elsewhere.find("a/b/c/d")), FileKind::unknown);
}

}  // namespace
}  // namespace ocitidy::lambda
