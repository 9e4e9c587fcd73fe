// Edges of the rules about extensions and the web adapter, other than broken-extension.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

TEST(TooManyExtensions, TenAreAllowed) {
  std::string recipe = "base healthy\nlayer\n";
  for (int i = 0; i < 10; ++i) recipe += cat("file opt/extensions/e", i, " 0755 elf64\n");
  expect_silent("too-many-extensions", recipe + "dir opt/extensions/conf\n");
  expect_finds("too-many-extensions", recipe + "file opt/extensions/.hidden 0755 elf64\n");
  expect_not_applicable("too-many-extensions", "base healthy");
}

std::string script(std::string_view text) {
  return cat("base healthy\nlayer\nfile bin/bash 0755 elf64\nfile opt/extensions/e 0755 \"#!/bin/bash\\n", text,
             "\"\n");
}

TEST(ExtensionWithoutRegistration, JudgesHowTheScriptEnds) {
  constexpr std::string_view kRule = "extension-without-registration";
  for (const char* good :
       {"exec /opt/x", "/opt/x/run", "if a; then\\n exec b\\nelse\\n exec c\\nfi", "echo hi\\nexec b\\n\\n# end\\n",
        "curl $API/2020-01-01/extension/register\\nexit 0", "/opt/x &\\nwait\\nexit 1", ". /opt/lib.sh\\nfi",
        "while true; do agent; done", "agent\\nwhile true; do sleep 10; done"}) {
    SCOPED_TRACE(good);
    expect_silent(kRule, script(good));
  }
  for (const char* bad : {"", "exit 0", "echo done", "if a; then\\n exec b\\nfi\\n", "sleep infinity",
                          "while true; do sleep 10; done", "while :\\ndo\\n  sleep 1m\\ndone"}) {
    SCOPED_TRACE(bad);
    expect_finds(kRule, script(bad));
  }
  expect_silent(kRule, "base healthy\nlayer\nfile bin/x 0755 elf64\nfile opt/extensions/e 0755 \"#!/bin/x\\nexit 0\"");
  expect_silent(kRule, "base healthy\nlayer\nfile opt/extensions/e 0755 \"#!/bin/sh\\nexit 0\" size=17k");
}

std::string server(std::string_view clauses) {
  return cat("config entrypoint ; ", clauses, "\nbase healthy\nlayer\nfile opt/extensions/lambda-adapter 0755 elf64\n");
}

TEST(WebAdapterPort, ReadsOptionsAsServersDo) {
  constexpr std::string_view kRule = "web-adapter-port";
  for (const char* bad :
       {"cmd uvicorn a:b", "cmd python -m http.server", "cmd python -m http.server 8081",
        "cmd python -m uvicorn a:b --port 8000", "cmd gunicorn --bind=0.0.0.0:8000 a:b",
        "cmd /venv/bin/gunicorn -b [::]:8000 a:b", "cmd flask run", "cmd flask run -p 5001", "cmd php -S 0.0.0.0:8000",
        "cmd java -Dserver.port=9000 -jar a.jar", "cmd java -jar a.jar --server.port=9000", "cmd next start -p 3000",
        "cmd uvicorn a:b ; env UVICORN_PORT=8001", "cmd dotnet a.dll ; env ASPNETCORE_URLS=http://+:80",
        "cmd /bin/sh -c \"exec uvicorn a:b --port 8000\"", "cmd uvicorn a:b --port 8080 ; env PORT=9000"}) {
    SCOPED_TRACE(bad);
    expect_finds(kRule, server(bad));
  }
  for (const char* good :
       {"cmd uvicorn a:b --port 8080", "cmd python -m http.server 8080", "cmd uvicorn a:b ; env PORT=8000",
        "cmd next start ; env PORT=3001", "cmd uvicorn a:b ; env PORT=x",
        "cmd uvicorn a:b --port=9 ; env AWS_LWA_PORT=9 ; env PORT=8"}) {
    SCOPED_TRACE(good);
    expect_silent(kRule, server(good));
  }
  for (const char* unknown : {"cmd gunicorn a:b", "cmd python -m http.server -b ::1 8081", "cmd python main.py",
                              "cmd uvicorn a:b --uds /tmp/s", "cmd uvicorn a:b --port $P",
                              "cmd dotnet a.dll --urls \"http://+:80;https://+:81\"", "cmd uvicorn a:b --port 70000",
                              "cmd /bin/sh -c \"setup && uvicorn a:b\"", "cmd uvicorn a:b --port"}) {
    SCOPED_TRACE(unknown);
    expect_not_applicable(kRule, server(unknown));
  }
  expect_not_applicable(kRule, "config cmd uvicorn a:b");
}

TEST(WebAdapterNotUsed, LeavesOtherStartsAlone) {
  constexpr std::string_view kRule = "web-adapter-not-used";
  const auto image = [](std::string_view clauses, std::string_view members) {
    return cat("config ", clauses,
               "\nlayer\nfile lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\nfile var/runtime/bootstrap 0755 elf64\n",
               "file var/lang/bin/node 0755 elf64\n", members, "\n");
  };
  const std::string adapter = "file opt/extensions/lambda-adapter 0755 elf64";
  expect_finds(kRule, image("entrypoint /lambda-entrypoint.sh", adapter));
  expect_silent(kRule, image("entrypoint /var/lang/bin/node server.js", adapter));
  expect_silent(kRule, image("entrypoint ; cmd /var/lang/bin/node", adapter));
  expect_not_applicable(kRule, image("entrypoint /lambda-entrypoint.sh", ""));
  expect_not_applicable(kRule,
                        image("entrypoint /lambda-entrypoint.sh", "file opt/extensions/datadog-agent 0755 elf64"));
  expect_not_applicable(
      kRule, image("entrypoint /lambda-entrypoint.sh ; env AWS_LAMBDA_EXEC_WRAPPER=/opt/bootstrap", adapter));
  // The function's own layer replaces the bootstrap.
  LintOptions options;
  options.base.layers = 1;
  expect_not_applicable(
      kRule, image("entrypoint /lambda-entrypoint.sh", adapter) + "layer\nfile var/runtime/bootstrap 0755 elf64\n",
      options);
}

}  // namespace
}  // namespace ocitidy::test
