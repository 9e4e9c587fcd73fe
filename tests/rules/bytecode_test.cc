// Edges of missing-bytecode and stale-bytecode: which Python runs, what counts, and where it looks.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kMissing = "missing-bytecode", kStale = "stale-bytecode";
constexpr std::string_view kPython = "base healthy\nlayer\nfile var/lang/lib/python3.12/os.py \"x = 1\\n\"\n";
constexpr std::string_view kSite = "var/lang/lib/python3.12/site-packages/";

/// A header of Python 3.12 for a source of 6 bytes from 2024-01-01, with one field changed.
std::string pyc(std::string_view path, std::string_view magic = "\\xcb", std::string_view flags = "\\x00",
                std::string_view time = "\\x80", std::string_view size = "\\x06") {
  return cat("file ", path, " \"", magic, "\\x0d\\x0d\\x0a", flags, "\\x00\\x00\\x00", time, "\\x00\\x92\\x65", size,
             "\\x00\\x00\\x00code\"\n");
}

std::string modules(int count) {
  std::string recipe{kPython};
  for (int i = 0; i < count; ++i) recipe += cat("file ", kSite, "p/m", i, ".py \"x = 1\\n\"\n");
  return recipe;
}

std::string one_module(std::string_view more) { return cat(kPython, "file ", kSite, "a.py \"x = 1\\n\"\n", more); }

std::string sized(std::string_view size, std::string_view path = "p/m.py") {
  return cat(kPython, "file ", kSite, path, " size=", size, "\n");
}

Severity severity_of(std::string_view rule, const std::string& recipe) {
  return expect_finds(rule, recipe).at(0).severity.value_or(Severity::error);
}

TEST(MissingBytecode, CountsModulesAndBytes) {
  expect_silent(kMissing, modules(49));
  EXPECT_EQ(severity_of(kMissing, modules(50)), Severity::info);
  EXPECT_EQ(severity_of(kMissing, modules(500)), Severity::info);
  EXPECT_EQ(severity_of(kMissing, modules(501)), Severity::warning);
  expect_silent(kMissing, sized("262143"));
  EXPECT_EQ(severity_of(kMissing, sized("262144")), Severity::info);
  EXPECT_EQ(severity_of(kMissing, sized("4M")), Severity::info);
  EXPECT_EQ(severity_of(kMissing, sized("4194305")), Severity::warning);
}

TEST(MissingBytecode, LeavesOutWhatFunctionsDoNotImport) {
  for (const char* path : {"p/tests/m.py", "pip/m.py", "setuptools/m.py", "with-dash/m.py", "p/with-dash.py",
                           "p-1.0.dist-info/m.py", "p/m.pyi"}) {
    SCOPED_TRACE(path);
    expect_silent(kMissing, sized("5M", path));
  }
  expect_finds(kMissing, sized("5M", "p/q/m.py"));
}

TEST(MissingBytecode, IsNoMoreThanInfoForTheStandardLibrary) {
  EXPECT_EQ(severity_of(kMissing, cat(kPython, "file var/lang/lib/python3.12/asyncio/m.py size=5M\n")), Severity::info);
}

TEST(MissingBytecode, LooksWhereTheConfigurationSays) {
  const std::string source = sized("300k", "a.py");
  const std::string plain = pyc(cat(kSite, "__pycache__/a.cpython-312.pyc"), "\\xcb", "\\x01");
  const std::string optimised = pyc(cat(kSite, "__pycache__/a.cpython-312.opt-1.pyc"), "\\xcb", "\\x01");
  const std::string mirrored = pyc(cat("pyc/", kSite, "a.cpython-312.pyc"), "\\xcb", "\\x01");
  expect_silent(kMissing, source + plain);
  expect_finds(kMissing, source + optimised);
  expect_silent(kMissing, "config env PYTHONOPTIMIZE=1\n" + source + optimised);
  expect_finds(kMissing, "config env PYTHONOPTIMIZE=1\n" + source + plain);
  expect_silent(kMissing, "config env PYTHONPYCACHEPREFIX=/pyc\n" + source + mirrored);
  expect_finds(kMissing, "config env PYTHONPYCACHEPREFIX=/pyc\n" + source + plain);
  expect_finds(kMissing, source + pyc(cat(kSite, "__pycache__/a.cpython-311.pyc")));
}

TEST(MissingBytecode, TellsWhichPythonRuns) {
  const std::string both =
      "layer\nfile usr/lib/python3.11/os.py \"x\"\nfile usr/local/lib/python3.12/os.py \"x\"\n"
      "file usr/local/bin/python3.12 0755 elf64\nfile usr/bin/python3.11 0755 elf64\n"
      "symlink usr/local/bin/python3 -> python3.12\n"
      "file usr/lib/python3.11/site-packages/m.py size=300k\n"
      "file usr/local/lib/python3.12/site-packages/m.py size=300k\n";
  const auto path_of = [&](std::string_view config) {
    return expect_finds(kMissing, cat("config ", config, "\n", both)).at(0).where.at(0).path;
  };
  EXPECT_EQ(path_of("entrypoint python3 app.py"), "usr/local/lib/python3.12/site-packages");
  EXPECT_EQ(path_of("entrypoint /usr/bin/python3.11"), "usr/lib/python3.11/site-packages");
  EXPECT_EQ(path_of("entrypoint /usr/bin/tini -- /usr/local/bin/python3"), "usr/local/lib/python3.12/site-packages");
  expect_not_applicable(kMissing, "config entrypoint /usr/bin/node\n" + both);
}

TEST(MissingBytecode, GroupsByFolderAndLayer) {
  const std::vector<Finding> findings = expect_finds(
      kMissing, cat(sized("300k"), "file var/task/src/m.py size=300k\nlayer\nfile ", kSite, "q/m.py size=300k\n"));
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].where.at(0).layer, 1u);
  EXPECT_EQ(findings[1].where.at(0).layer, 2u);
  EXPECT_EQ(findings[2].where.at(0).path, "var/task");
}

TEST(MissingBytecode, SaysWhatItCannotJudge) {
  expect_not_applicable(kMissing, "artifact application/x");
  expect_not_applicable(kMissing, "base none");
  expect_not_applicable(
      kMissing, modules(50) + "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar+gzip absent\n");
}

TEST(StaleBytecode, ComparesTimeSizeAndPython) {
  const std::string path = cat(kSite, "__pycache__/a.cpython-312.pyc");
  expect_silent(kStale, one_module(pyc(path)));
  const auto message = [&](const std::string& bytecode) {
    return expect_finds(kStale, one_module(bytecode))[0].message;
  };
  EXPECT_NE(message(pyc(path, "\\xcb", "\\x00", "\\x81")).find("1 by the source's time"), std::string::npos);
  EXPECT_NE(message(pyc(path, "\\xcb", "\\x00", "\\x80", "\\x07")).find("1 by its size"), std::string::npos);
  EXPECT_NE(message(pyc(path, "\\xa7")).find("1 by the version of Python"), std::string::npos);
  EXPECT_NE(message(cat("file ", path, " \"no bytecode at all\"\n")).find("1 by the version"), std::string::npos);
  expect_silent(kStale, one_module(pyc(path, "\\xcb", "\\x01", "\\x81", "\\x07")));
  expect_silent(kStale, one_module(pyc(path, "\\xcb", "\\x03", "\\x81", "\\x07")));
}

TEST(StaleBytecode, IsNotMissing) {
  const std::string stale = sized("300k", "a.py") + pyc(cat(kSite, "__pycache__/a.cpython-312.pyc"));
  expect_silent(kMissing, stale);
  expect_finds(kStale, stale);
  expect_silent(kStale, sized("300k", "a.py"));
}

TEST(StaleBytecode, SaysWhatItCannotJudge) {
  expect_not_applicable(kStale, "artifact application/x");
  expect_not_applicable(kStale, "base none");
}

}  // namespace
}  // namespace ocitidy::test
