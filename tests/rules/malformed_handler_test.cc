// Edges of malformed-handler: what each runtime's parser refuses, and what it takes.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "malformed-handler";

std::string base_image(std::string_view handler, std::string_view language) {
  return cat("config entrypoint /lambda-entrypoint.sh ; cmd '", handler,
             "'\nlayer\nfile lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\nfile bin/sh 0755 elf64\nfile ", language,
             " 0755 elf64\n");
}

void expect_judged(std::string_view language, std::initializer_list<const char*> good,
                   std::initializer_list<const char*> bad) {
  for (const char* handler : good) {
    SCOPED_TRACE(handler);
    expect_silent(kRule, base_image(handler, language));
  }
  for (const char* handler : bad) {
    SCOPED_TRACE(handler);
    const std::vector<Finding> findings = expect_finds(kRule, base_image(handler, language));
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings.front().where.front().json_pointer, "/config/Cmd/0");
  }
}

TEST(MalformedHandler, WantsAHandler) {
  const auto start = [](std::string_view config) {
    return cat("config entrypoint ", config, "\nlayer\nfile x/python3 0755 elf64\nfile x/sh 0755 elf64\n",
               "file run.sh 0755 \"#!/x/sh\\nexec /x/python3 -m awslambdaric \\\"$@\\\"\\n\"\n");
  };
  for (const char* config : {"/x/python3 -m awslambdaric ; cmd", "/x/python3 -m awslambdaric ; cmd ''",
                             "/x/sh -c '/x/python3 -m awslambdaric' ; cmd a.b"}) {
    SCOPED_TRACE(config);
    EXPECT_EQ(expect_finds(kRule, start(config)).size(), 1u);
  }
  expect_silent(kRule, start("/x/python3 -m awslambdaric ; cmd a.b"));
  expect_silent(kRule, start("/x/sh -c '/x/python3 -m awslambdaric a.b' ; cmd"));
  expect_not_applicable(kRule, start("/x/sh -c '/x/python3 -m awslambdaric $HANDLER' ; cmd"));
  expect_not_applicable(kRule, start("/run.sh ; cmd"));
}

TEST(MalformedHandler, SplitsAsPythonDoes) {
  expect_judged("var/lang/bin/python3",
                {"app.handler", "a/b.handler", "a.b.handler", "app._x", "timer.fn", "src/time.fn"},
                {"app", "app:handler", ".handler", "app.", "./app.handler", "/var/task/app.handler", "a..b", "a//b.c",
                 "../a.b", "time.sleep", "sys.exit", "app.handler ", "app.my-handler"});
}

TEST(MalformedHandler, SplitsAsNodeDoes) {
  expect_judged("var/lang/bin/node",
                {"index.handler", "./a/index.handler", "/opt/x/y.handler", "a.b/index.handler", "i.a.b"},
                {"index", "a.b/index", "../index.handler", "a/../b.handler", "index..handler", ".handler", "index."});
}

TEST(MalformedHandler, SplitsAsJavaDoes) {
  expect_judged("var/lang/bin/java", {"a.B::m", "a.B", "B", "a.B$C::m"}, {"::m", "a.B::", "a/B::m", "a.B:m"});
}

TEST(MalformedHandler, SplitsAsRubyDoes) {
  expect_judged("var/lang/bin/ruby", {"app.handler", "app.A::B.run", "a/app.handler", "app.handler."},
                {"app", "app.A.B.run", ".A.run", "app."});
}

TEST(MalformedHandler, SplitsAsDotnetDoes) {
  expect_judged("var/runtime/Amazon.Lambda.RuntimeSupport.dll", {"A::B.C::D", "A", "A.B"},
                {"A::B", "A::B::C::D", "A:B:C", "A:: ::C", "::B::C"});
}

TEST(MalformedHandler, EscapesTheHandler) {
  const std::vector<Finding> findings =
      expect_finds(kRule,
                   "config entrypoint /p/python -m awslambdaric ; cmd \"\\x1b[2J\\n\"\n"
                   "layer\nfile p/python 0755 elf64\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.front().message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace ocitidy::test
