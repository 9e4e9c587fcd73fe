// Edges of base-image-command and missing-bootstrap: how AWS's entrypoint is told, and how many words it gets.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "base-image-command";

std::string aws(std::string_view config, std::string_view script = "#!/bin/sh\\n[ $# -ne 1 ] && exit 142\\n") {
  return cat("config ", config, "\nbase healthy\nlayer\nfile lambda-entrypoint.sh 0755 \"", script,
             "\"\nfile bin/sh 0755 elf64\n");
}

TEST(BaseImageCommand, CountsTheWordsThatTheScriptGets) {
  const std::string entry = "entrypoint /lambda-entrypoint.sh";
  EXPECT_EQ(expect_finds(kRule, aws(entry + " ; cmd")).size(), 1u);
  expect_silent(kRule, aws(entry + " ; cmd a.b"));
  expect_silent(kRule, aws(entry + " ; cmd \"a b c\""));
  expect_silent(kRule, aws(entry + " a.b ; cmd"));
  EXPECT_EQ(expect_finds(kRule, aws(entry + " a.b ; cmd c.d")).size(), 1u);
  const auto two = expect_finds(kRule, aws(entry + " a b ; cmd"));
  EXPECT_EQ(two.front().where.front().json_pointer, "/config/Entrypoint");
  const auto shell = expect_finds(kRule, aws(entry + " ; cmd /bin/sh -c app.handler"));
  EXPECT_NE(shell.front().fix.find("CMD ['app.handler']"), std::string::npos) << shell.front().fix;
}

TEST(BaseImageCommand, TellsAwsScriptByItsTest) {
  expect_not_applicable(kRule, aws("entrypoint /lambda-entrypoint.sh ; cmd", "#!/bin/sh\\nexec x\\n"));
  expect_not_applicable(kRule, aws("entrypoint lambda-entrypoint.sh ; cmd"));
  expect_not_applicable(kRule, aws("entrypoint /bin/sh ; cmd"));
  expect_not_applicable(kRule, "config entrypoint ; cmd\nbase healthy");
  expect_not_applicable(kRule, "config entrypoint /lambda-entrypoint.sh ; cmd\nbase none");
  expect_not_applicable(kRule, "artifact application/x");
}

TEST(BaseImageCommand, GoesByTracesWhereTheScriptIsNotAtHand) {
  const std::string foreign = "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n";
  const std::string config = "config entrypoint /lambda-entrypoint.sh ; cmd";
  EXPECT_EQ(expect_finds(kRule, config + " ; env LAMBDA_TASK_ROOT=/var/task ; env LAMBDA_RUNTIME_DIR=/var/runtime\n" +
                                    "base healthy\n" + foreign)
                .size(),
            1u);
  expect_not_applicable(kRule, config + "\nbase healthy\n" + foreign);
}

TEST(MissingBootstrap, FollowsLinks) {
  const std::string script =
      "config entrypoint /lambda-entrypoint.sh\nbase healthy\nlayer\nfile lambda-entrypoint.sh 0755 \"[ $# -ne 1 ]\"\n";
  expect_silent("missing-bootstrap", script);
  expect_silent("missing-bootstrap", script + "file app/x 0755 elf64\nsymlink var/runtime/bootstrap -> /app/x\n");
  EXPECT_EQ(expect_finds("missing-bootstrap", script + "whiteout var/runtime/bootstrap\n").size(), 1u);
  const auto dangling = expect_finds("missing-bootstrap", script + "symlink var/runtime/bootstrap -> /app/x\n");
  EXPECT_EQ(dangling.front().where.front().layer, 1u);
  EXPECT_NE(dangling.front().message.find("leads to '/app/x'"), std::string::npos) << dangling.front().message;
  expect_not_applicable("missing-bootstrap", "base healthy");
}

}  // namespace
}  // namespace ocitidy::test
