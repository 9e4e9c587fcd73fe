// Edges of missing-runtime-interface: what counts as a client, what does not, and what makes it doubtful.
#include <gtest/gtest.h>

#include "base/text.h"
#include "lambda/runtime.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "missing-runtime-interface";
constexpr std::string_view kText = "... AWS_LAMBDA_RUNTIME_API ...";

std::string image(std::string_view start, std::string_view members) {
  return cat("config entrypoint ", start,
             " ; cmd ; env PATH=/x\nlayer\nfile x/sh 0755 elf64\nfile x/python3 0755 elf64\n",
             "file x/java 0755 elf64\nfile x/npx 0755 elf64\n", members, "\n");
}

Severity severity_of_only(std::string_view recipe) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Severity::info : findings.front().severity.value_or(Severity::error);
}

TEST(MissingRuntimeInterface, FindsTheTextWhereverItMayRunFrom) {
  for (const char* path : {"app/main.py", "app/index.mjs", "srv/x.rb", "srv/lib.ts", "a/b.php", "x.sh"}) {
    SCOPED_TRACE(path);
    expect_silent(kRule, image("/x/python3 a", cat("file ", path, " \"", kText, "\"")));
  }
  expect_silent(kRule, image("/x/sh /srv/run", cat("file srv/run \"# ", kText, "\"")));  // named by the start command
  expect_silent(kRule, image("/x/sh", cat("file srv/tool 0755 \"#!/x/sh\\n", kText, "\"")));
  expect_silent(kRule, image("/x/sh", cat("file srv/lib.so \"\\x7fELF\\x02\\x01\\x01", kText, "\"")));
  EXPECT_EQ(severity_of_only(image("/x/sh", cat("file srv/notes.txt \"", kText, "\""))), Severity::error);
}

TEST(MissingRuntimeInterface, EmulatorAndExtensionsAreNoClients) {
  EXPECT_EQ(severity_of_only(image("/x/sh", cat("file usr/bin/aws-lambda-rie \"\\x7fELF", kText, "\""))),
            Severity::error);
  EXPECT_EQ(severity_of_only(image("/x/sh", cat("file opt/extensions/agent 0755 \"\\x7fELF", kText, "\""))),
            Severity::error);
  expect_silent(kRule, image("/x/sh", "file opt/extensions/other 0755 \"\\x7fELF AWS_LWA_PORT\""));
}

TEST(MissingRuntimeInterface, FindsWideTextInDotnet) {
  std::string wide;
  for (const char c : lambda::kRuntimeApi) wide += cat(std::string(1, c), "\\0");
  expect_silent(kRule, image("/x/sh", cat("file app/a.dll \"MZ", wide, "\"")));
  expect_silent(kRule, image("/app/one", cat("file app/one 0755 \"\\x7fELF", wide, "\"")));
  expect_silent(kRule, image("/x/sh", "file app/Amazon.Lambda.RuntimeSupport.dll \"MZ\""));
}

TEST(MissingRuntimeInterface, DoubtMakesAWarning) {
  EXPECT_EQ(severity_of_only(image("/app/x", "file app/x 0755 \"\\x7fELF....UPX!....\"")), Severity::warning);
  EXPECT_EQ(severity_of_only(image("/app/x", "file app/x 0755 \"\\x7fELF.........\"")), Severity::error);
  EXPECT_EQ(severity_of_only(image("/app/x", "file app/x 0755 \"#!/x/python3\\nPK....PK\\x05\\x06\"")),
            Severity::warning);
  EXPECT_EQ(severity_of_only(image("/x/npx thing", "")), Severity::warning);
  EXPECT_EQ(severity_of_only(image("/x/sh -c \"wget -O- x | sh\"", "")), Severity::warning);
  EXPECT_EQ(severity_of_only(image("/x/python3 /app/a.pex", "file app/a.pex \"PK\"")), Severity::warning);
  EXPECT_EQ(severity_of_only(image("/run.sh", "file run.sh 0755 \"#!/x/sh\\n$PROGRAM\\n\"")), Severity::warning);
  EXPECT_EQ(
      severity_of_only(image("/run.sh", "file run.sh 0755 \"#!/x/sh\\nexec /srv/go\\n\"\nfile srv/go 0755 elf64")),
      Severity::warning);
  EXPECT_EQ(
      severity_of_only(image("/run.sh", "file run.sh 0755 \"#!/x/sh\\nexec /bin/ls\\n\"\nfile bin/ls 0755 elf64")),
      Severity::error);
  EXPECT_EQ(severity_of_only(image("/x/java -jar /a.jar", "file a.jar \"PK\"")), Severity::warning);
  EXPECT_EQ(severity_of_only(image("/x/sh", "")), Severity::error);
}

TEST(MissingRuntimeInterface, WantsTheClientThatIsNamed) {
  // Another program that knows the variable does not help Python to import its client.
  const std::string other = cat("file srv/tool 0755 \"\\x7fELF", kText, "\"");
  EXPECT_EQ(severity_of_only(image("/x/python3 -m awslambdaric a.b", other)), Severity::error);
  expect_silent(kRule, image("/x/python3 -m awslambdaric a.b", "file lib/python3/awslambdaric/__init__.py \"x\""));
  EXPECT_EQ(severity_of_only(image("/x/npx aws-lambda-ric a.b", "")), Severity::warning);  // npx may fetch it
  expect_silent(kRule, image("/x/npx aws-lambda-ric a.b", "file app/node_modules/aws-lambda-ric/package.json \"{}\""));
}

TEST(MissingRuntimeInterface, SearchesPythonsPath) {
  const std::string elsewhere = "file srv/awslambdaric/__init__.py \"x\"";
  const auto at = [](std::string_view more, std::string_view members) {
    return cat("config entrypoint /x/python3 -m awslambdaric a.b ; cmd ; workdir /app ", more,
               "\nlayer\nfile x/python3 0755 elf64\n", members, "\n");
  };
  EXPECT_EQ(severity_of_only(at("", elsewhere)), Severity::error);
  expect_silent(kRule, at("; env PYTHONPATH=/srv", elsewhere));
  expect_silent(kRule, at("", elsewhere + "\nfile x/dist-packages/a.pth \"/srv\\n\""));
  expect_silent(kRule, at("", elsewhere + "\nfile x/site-packages/a.pth \"import hook\\n\""));
  expect_silent(kRule, at("", elsewhere + "\nsymlink app/awslambdaric -> /srv/awslambdaric"));
  const std::string native = "file app/awslambdaric/lambda_runtime_client.py \"import runtime_client\"";
  EXPECT_EQ(severity_of_only(at("", native)), Severity::error);
  expect_silent(kRule, at("", native + "\nfile app/runtime_client.so \"x\""));
}

TEST(MissingRuntimeInterface, FollowsTheScriptOfNode) {
  const auto at = [](std::string_view members) {
    return cat("config entrypoint /x/node node_modules/.bin/aws-lambda-ric a.b ; cmd ; workdir /app\n",
               "layer\nfile x/node 0755 elf64\nfile srv/aws-lambda-ric/x \"x\"\n", members, "\n");
  };
  EXPECT_EQ(severity_of_only(at("")), Severity::error);
  EXPECT_EQ(severity_of_only(at("symlink app/node_modules/.bin/aws-lambda-ric -> ../gone")), Severity::error);
  const std::string there = "file app/node_modules/.bin/aws-lambda-ric \"x\"";
  expect_silent(kRule, at(there));
  const std::string package = there + "\nfile app/node_modules/aws-lambda-ric/package.json '{\"version\":\"3.0.0\"}'";
  EXPECT_EQ(severity_of_only(at(package)), Severity::error);
  expect_silent(kRule, at(package + "\nfile app/node_modules/aws-lambda-ric/dist/rapid-client.node \"x\""));
}

TEST(MissingRuntimeInterface, ScriptsThatInterpretersStartExist) {
  const auto at = [](std::string_view start, std::string_view more = "") {
    return cat("config entrypoint ", start, " ; cmd a.b ; workdir /app\nlayer\nfile x/node 0755 elf64\n",
               "file x/python3.12 0755 elf64\nfile srv/b.mjs \"AWS_LAMBDA_RUNTIME_API\"\n", more, "\n");
  };
  EXPECT_EQ(severity_of_only(at("/x/node b.mjs")), Severity::error);
  EXPECT_EQ(severity_of_only(at("/x/node --enable-source-maps /app/b.mjs")), Severity::error);
  EXPECT_EQ(severity_of_only(at("/x/node b.mjs", "symlink app/b.mjs -> /gone")), Severity::error);
  EXPECT_EQ(severity_of_only(at("/x/python3.12 -u b.py")), Severity::error);
  expect_silent(kRule, at("/x/node /srv/b.mjs"));
  expect_silent(kRule, at("/x/node b.mjs", "symlink app/b.mjs -> /srv/b.mjs"));
  expect_silent(kRule, at("/x/node b.mjs", "dir app/b.mjs"));
  expect_silent(kRule, at("/x/node --require ./a.js b.mjs"));  // an option that is not known
  expect_silent(kRule, at("/x/node inspect"));
  expect_silent(kRule, at("/x/node /tmp/b.mjs"));
  expect_silent(kRule, at("/x/python3.12 -c b.py"));
  expect_silent(kRule,
                at("/usr/bin/env -C /srv node b.mjs", "file usr/bin/env 0755 elf64\nfile usr/bin/node 0755 elf64"));
}

TEST(MissingRuntimeInterface, PlainServersAreNoClients) {
  const std::string client = "file app/node_modules/aws-lambda-ric/x \"x\"\nfile x/node 0755 elf64\n";
  const auto server = [&](std::string_view source) {
    return image("/x/node /s.js", cat(client, "file s.js \"", source, "\""));
  };
  EXPECT_EQ(severity_of_only(server("require('http').createServer().listen(1)")), Severity::error);
  expect_silent(kRule, server("require('http').createServer().listen(1); require('./more')"));
  expect_silent(kRule, server("require('http').createServer().listen(1); import('x')"));
  expect_silent(kRule, server("require('http'); process.env.AWS_LAMBDA_RUNTIME_API; a.listen(1)"));
  EXPECT_EQ(severity_of_only(image("/x/python3 -m http.server", client)), Severity::error);
  expect_silent(kRule, image("/x/python3 -m http.server", client + "file opt/extensions/a 0755 \"x\""));
  expect_silent(kRule, image("/x/python3 -m other.server", client));
}

TEST(MissingRuntimeInterface, LeavesOtherFaultsToOtherRules) {
  expect_silent(kRule, "base healthy");
  expect_not_applicable(kRule, "artifact application/x");
  expect_not_applicable(kRule, "config entrypoint /gone");
  expect_not_applicable(kRule, "config entrypoint ; cmd");
  expect_not_applicable(
      kRule,
      "config entrypoint /lambda-entrypoint.sh\nlayer\nfile lambda-entrypoint.sh 0755 \"#!/sh\"\nfile sh 0755 elf64");
  expect_not_applicable(
      kRule, image("/x/sh", "") + "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n");
}

}  // namespace
}  // namespace ocitidy::test
