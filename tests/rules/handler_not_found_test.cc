// Edges of handler-not-found: where each runtime looks, and what makes an absence doubtful.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "handler-not-found";

std::string python(std::string_view clauses, std::string_view members) {
  return cat("config entrypoint /usr/bin/python3 -m awslambdaric ; workdir /app ; ", clauses,
             "\nlayer\nfile usr/bin/python3 0755 elf64\n", members, "\n");
}

std::string base_image(std::string_view handler, std::string_view language, std::string_view members) {
  return cat("config entrypoint /lambda-entrypoint.sh ; cmd ", handler,
             "\nlayer\nfile lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\nfile bin/sh 0755 elf64\nfile ", language,
             " 0755 elf64\n", members, "\n");
}

Severity severity_of_only(std::string_view recipe) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Severity::info : findings.front().severity.value_or(Severity::error);
}

TEST(HandlerNotFound, LooksForPythonModulesInEveryShape) {
  const std::string handler = "cmd a.b.fn";
  expect_finds(kRule, python(handler, "file app/a/c.py \"fn\""));
  for (const char* good :
       {"file app/a/b.py \"fn\"", "file app/a/b/__init__.py \"fn\"", "file app/a/b.pyc",
        "file app/a/b.cpython-312-x86_64-linux-gnu.so", "file var/task/a/b.py \"fn\"",
        "file opt/venv/lib/python3.12/site-packages/a/b.py \"fn\"", "file usr/lib/python3.12/a/b.abi3.so",
        "file opt/python/a/b.py \"fn\"", "dir app\nsymlink app/a -> ../src\nfile src/b.py \"fn\"",
        "symlink app -> srv\nfile srv/a/b.py \"fn\""}) {
    SCOPED_TRACE(good);
    expect_silent(kRule, python(handler, good));
  }
  expect_silent(kRule, python("cmd a/b.fn", "file app/a/b.py \"fn\""));
  EXPECT_EQ(severity_of_only(python(handler, "file app/b.py \"fn\"")), Severity::error);
  EXPECT_EQ(severity_of_only(python(handler, "symlink app/a/b.py -> /src/gone.py")), Severity::error);
  expect_silent(kRule, python(handler, "file usr/lib/python3/dist-packages/x.pth \"/srv\\n\"\nfile srv/a/b.py \"fn\""));
}

TEST(HandlerNotFound, HeedsWhatAddsToPythonsPath) {
  expect_silent(kRule, python("cmd app.fn ; env PYTHONPATH=/a:/src", "file src/app.py \"fn\""));
  expect_silent(kRule, python("cmd app.fn ; env PYTHONPATH=lib", "file app/lib/app.py \"fn\""));
  const std::string pth = "file usr/lib/python3/site-packages/x.pth ";
  expect_silent(kRule, python("cmd app.fn", pth + "\"# comment\\n/src\\n\"\nfile src/app.py \"fn\""));
  expect_silent(kRule, python("cmd app.fn", pth + "\"../src\\n\"\nfile usr/lib/python3/src/app.py \"fn\""));
  EXPECT_EQ(severity_of_only(python("cmd app.fn", pth + "\"import hook\\n\"\nfile src/app.py \"fn\"")),
            Severity::warning);
  EXPECT_EQ(severity_of_only(python("cmd app.fn", "file src/app.py \"fn\"")), Severity::error);
  EXPECT_EQ(severity_of_only(python("cmd app.fn ; env PYTHONPATH=/x.zip", "file x.zip \"PK\"")), Severity::warning);
}

TEST(HandlerNotFound, LooksForTheNameOnlyWhereItCanTell) {
  const auto with = [](std::string_view source) {
    return python("cmd app.fn", cat("file app/app.py \"", source, "\""));
  };
  for (const char* good : {"def fn(): pass", "async def fn(): pass", "fn = 1", "from x import y as fn", "import fn",
                           "from x import *", "globals()['f' + 'n'] = 1", "class A:\\n  def fn(self): pass"}) {
    SCOPED_TRACE(good);
    expect_silent(kRule, with(good));
  }
  for (const char* bad : {"def fn2(): pass", "def my_fn(): pass", ""}) {
    SCOPED_TRACE(bad);
    EXPECT_EQ(severity_of_only(with(bad)), Severity::warning);
  }
  expect_silent(kRule, python("cmd app.fn", "file app/app.py \"x\" size=300k"));  // more than is kept
  EXPECT_EQ(severity_of_only(python("cmd app.fn", "file app/app.py \"x\" size=255k")), Severity::warning);
}

TEST(HandlerNotFound, LooksForNodeFiles) {
  const std::string node = "var/lang/bin/node";
  for (const char* good :
       {"file var/task/src/i.js \"exports.h = 1\"", "file var/task/src/i.mjs \"export const h = 1\"",
        "file var/task/src/i.cjs \"h\"", "file var/task/src/i \"h\"", "file var/task/src/i/index.js \"h\"",
        "file opt/nodejs/node_modules/src/i.js", "file var/task/src/i.js \"module.exports = require('./j')\"",
        "file var/task/src/i.js \"export * from './j'\"", "file var/task/src/i.js \"module.exports = {...j}\""}) {
    SCOPED_TRACE(good);
    expect_silent(kRule, base_image("src/i.h.deeper", node, good));
    expect_silent(kRule, base_image("./src/i.h", node, good));
  }
  EXPECT_EQ(severity_of_only(base_image("src/i.h", node, "file var/task/src/i.js \"module.exports = { g: 1 }\"")),
            Severity::warning);
  EXPECT_EQ(severity_of_only(base_image("src/i.h", node, "file var/task/i.js \"h\"")), Severity::error);
  expect_silent(kRule, base_image("/opt/x/i.h", node, "file opt/x/i.js \"h\""));
}

TEST(HandlerNotFound, LooksForRubyFiles) {
  const std::string ruby = "var/lang/bin/ruby";
  expect_silent(kRule, base_image("app.handler", ruby, "file var/task/app.rb \"def handler(event:, context:) end\""));
  expect_silent(kRule, base_image("app.App.handler", ruby, "file var/task/app.rb \"class App; end\""));
  expect_silent(kRule, base_image("app.handler", ruby, "file var/task/app.rb \"require_relative 'x'\""));
  expect_silent(kRule, base_image("wrap.handler", ruby, "file opt/ruby/gems/3.3.0/gems/wrap-1/lib/wrap.rb \"x\""));
  EXPECT_EQ(severity_of_only(base_image("app.run", ruby, "file var/task/app.rb \"def handler; end\"")),
            Severity::warning);
  EXPECT_EQ(severity_of_only(base_image("app.run", ruby, "file app/app.rb \"def run; end\"")), Severity::error);
}

TEST(HandlerNotFound, WantsWhatDotnetWants) {
  const std::string support = "var/runtime/Amazon.Lambda.RuntimeSupport.dll";
  const std::string all = "file var/task/A.dll\nfile var/task/A.deps.json\nfile var/task/A.runtimeconfig.json";
  expect_silent(kRule, base_image("A::B.C::D", support, all));
  expect_silent(kRule,
                base_image("A::B.C::D", support,
                           "file var/task/A.dll\nfile var/task/x.deps.json\nfile var/task/x.runtimeconfig.json"));
  expect_finds(kRule, base_image("A::B.C::D", support, "file var/task/A.dll\nfile var/task/A.runtimeconfig.json"));
  expect_finds(kRule, base_image("B::B.C::D", support, all));
  expect_silent(kRule, base_image("A", support, "file var/task/A.dll"));
  expect_silent(kRule, base_image("A", support, "file var/task/A 0755 elf64"));
  expect_finds(kRule, base_image("A", support, ""));
}

TEST(HandlerNotFound, KnowsTheHandlerBehindEachClient) {
  const auto missing = [](std::string_view start) {
    return cat("config entrypoint ", start,
               " ; cmd gone.handler\nlayer\nfile bin/sh 0755 elf64\nfile x/python 0755 elf64\n",
               "file x/node 0755 elf64\nfile x/npx 0755 elf64\nfile x/awslambdaric 0755 elf64\n",
               "file s1 0755 \"#!/bin/sh\\nexec /x/python -m awslambdaric $@\\n\"\n",
               "file s2 0755 \"#!/bin/sh\\nexec /x/npx aws-lambda-ric \\\"$1\\\"\\n\"\n",
               "file s3 0755 \"#!/bin/sh\\nexec /x/python -m awslambdaric app.handler\\n\"\n",
               "file s4 0755 \"#!/bin/sh\\nexec /x/server $@\\n\"\n");
  };
  for (const char* start :
       {"/x/python -m awslambdaric", "/x/python -u -m awslambdaric", "/x/awslambdaric", "/x/npx aws-lambda-ric",
        "/x/node /app/node_modules/aws-lambda-ric/bin/index.mjs", "/s1", "/s2", "/s3"}) {
    SCOPED_TRACE(start);
    expect_finds(kRule, missing(start));
  }
  for (const char* start : {"/x/python app.py", "/x/node server.js", "/s4", "/bin/sh -c"}) {
    SCOPED_TRACE(start);
    expect_not_applicable(kRule, missing(start));
  }
}

TEST(HandlerNotFound, SaysWhatItCannotJudge) {
  expect_not_applicable(kRule, "artifact application/x");
  expect_not_applicable(kRule, "base healthy");
  expect_not_applicable(kRule, base_image("", "var/lang/bin/node", ""));
  expect_not_applicable(kRule, base_image("a.b c.d", "var/lang/bin/node", ""));
  expect_not_applicable(kRule, base_image("app.handler", "usr/bin/x", ""));  // no language
  expect_not_applicable(kRule, base_image("app", "var/lang/bin/python3", ""));
  expect_not_applicable(kRule, python("cmd app.fn", "") +
                                   "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n");
}

TEST(HandlerNotFound, KeepsWildcardsToThemselves) {
  // A handler is no glob.
  expect_finds(kRule, python("cmd **/*.fn", "file app/x.py \"y\""));
}

}  // namespace
}  // namespace ocitidy::test
