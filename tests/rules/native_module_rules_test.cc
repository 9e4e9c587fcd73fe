// Edges of the rules about native modules: python-extension-mismatch, foreign-native-module, libc-mismatch,
// newer-cpu-required, newer-kernel-required, shadowed-library.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

std::string python(std::string_view files) {
  return cat("config entrypoint /usr/bin/python3\nbase none\nlayer\nsymlink usr/bin/python3 -> python3.12\n",
             "file usr/bin/python3.12 0755 elf64\n", files);
}

TEST(PythonExtensionMismatch, TellsWhichPythonImportsByThePlace) {
  constexpr std::string_view kRule = "python-extension-mismatch";
  const std::string other = "x.cpython-311-x86_64-linux-gnu.so elf64 shared\n";
  expect_finds(kRule, python("file var/task/" + other));
  expect_finds(kRule, python("file srv/venv/lib/python3.12/site-packages/" + other));
  expect_silent(kRule, python("file usr/lib/python3.11/site-packages/" + other));  // no Python 3.11 to import it
  expect_silent(kRule, python("file usr/lib/python3/dist-packages/" + other));
  expect_silent(kRule, python("file usr/share/" + other));
  expect_silent(kRule, python("file usr/bin/python3.11 0755 elf64\nfile usr/lib/python3.11/site-packages/" + other));
  expect_not_applicable(kRule, "layer\nfile var/task/" + other);
  // Two Pythons, and none of them is known to start.
  expect_silent(kRule, "layer\nfile usr/bin/python3.12 elf64\nfile usr/bin/python3.10 elf64\nfile var/task/" + other);
}

TEST(PythonExtensionMismatch, IsSilentWhereAnotherFileServes) {
  constexpr std::string_view kRule = "python-extension-mismatch";
  const std::string other = "file var/task/x.cpython-311-x86_64-linux-gnu.so elf64 shared\n";
  for (const std::string_view serves : {"x.py", "x.so", "x.abi3.so", "x/__init__.py"})
    expect_silent(kRule, python(cat(other, "file var/task/", serves, "\n")));
  expect_silent(kRule, python(other + "file var/task/x.cpython-312-x86_64-linux-gnu.so elf64 shared\n"));
  expect_finds(kRule, python(other + "file var/task/y.cpython-312-x86_64-linux-gnu.so elf64 shared\n"));
  expect_silent(kRule, python("file var/task/x.cpython-311-aarch64-linux-gnu.so elf64-aarch64 shared\n"));  // foreign
}

TEST(ForeignNativeModule, LooksAtTheFunctionsOwnFiles) {
  constexpr std::string_view kRule = "foreign-native-module";
  expect_finds(kRule, "layer\nfile var/task/lib/libx.so.1 elf64-aarch64 shared\n");
  expect_finds(kRule, "layer\nfile var/task/x.so \"MZ\\x90\\0\"\n");
  expect_silent(kRule, "layer\nfile var/task/x.so elf64\nfile usr/lib/libx.so elf64-aarch64 shared\n");
  expect_not_applicable(kRule, "layer\nfile var/task/x.so \"GROUP ( libx.so.1 )\"\n");
  expect_not_applicable(kRule, "config arch riscv64\nlayer\nfile var/task/x.so elf64-aarch64\n");
  expect_silent(kRule, "config arch arm64\nlayer\nfile var/task/x.so elf64-aarch64\n");
}

TEST(ForeignNativeModule, TellsOfOneKindInOneLine) {
  std::string recipe = "layer\n";
  for (int i = 0; i < 50; ++i) recipe += cat("file var/task/x", i, ".abi3.so elf64-aarch64\n");
  const auto findings = expect_finds("foreign-native-module", recipe);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("50 native modules are"), std::string::npos) << findings[0].message;
  EXPECT_NE(findings[0].message.find("and 48 more"), std::string::npos) << findings[0].message;
}

TEST(LibcMismatch, NeedsToKnowTheLibc) {
  constexpr std::string_view kRule = "libc-mismatch";
  const std::string module = "file var/task/x.node elf64 needs=libc.so.6\n";
  const std::string musl = "file lib/ld-musl-x86_64.so.1 elf64 shared\n";
  const std::string glibc = "file lib64/ld-linux-x86-64.so.2 elf64 shared\n";
  expect_finds(kRule, "base none\nlayer\n" + musl + module);
  expect_silent(kRule, "base none\nlayer\n" + glibc + module);
  expect_not_applicable(kRule, "base none\nlayer\n" + module);
  expect_not_applicable(kRule, "base none\nlayer\n" + musl + glibc + module);
  expect_not_applicable(kRule, "base none\nlayer\n" + musl + "file lib/libgcompat.so.0 elf64\n" + module);
  expect_silent(kRule, "base none\nlayer\n" + musl + "file var/task/x.node elf64 needs=libm.so.6\n");
  expect_silent(kRule, "base none\nlayer\n" + musl + "file var/task/plugin.so elf64 needs=libc.so.6\n");
}

TEST(NewerCpuRequired, IsForX86Only) {
  constexpr std::string_view kRule = "newer-cpu-required";
  expect_not_applicable(kRule, "config arch arm64");
  expect_silent(kRule, "base none\nlayer\nfile var/task/x.so elf64 isa=v2\n");
  const auto findings =
      expect_finds(kRule, "base none\nlayer\nfile var/task/x.so elf64 isa=v4\nfile opt/y.so elf64 isa=v3\n");
  ASSERT_EQ(findings.size(), 2u);
  for (const Finding& finding : findings) {
    const bool v4 = finding.where.front().path == "var/task/x.so";
    EXPECT_NE(finding.message.find(v4 ? "x86-64-v4" : "x86-64-v3"), std::string::npos) << finding.message;
    EXPECT_EQ(finding.severity, std::nullopt);
  }
}

TEST(NewerKernelRequired, ComparesMajorAndMinor) {
  constexpr std::string_view kRule = "newer-kernel-required";
  const auto with = [](std::string_view kernel) {
    return cat("base none\nlayer\nfile var/runtime/bootstrap 0755 elf64 static kernel=", kernel, "\n");
  };
  for (const std::string_view fine : {"2.6.32", "4.99.0", "5.10.0", "5.10.255"}) expect_silent(kRule, with(fine));
  for (const std::string_view newer : {"5.11.0", "6.0.0"}) expect_finds(kRule, with(newer));
}

TEST(ShadowedLibrary, ComparesSizesAndLayers) {
  constexpr std::string_view kRule = "shadowed-library";
  const auto image = [](std::string_view lang, std::string_view path = "/var/lang/lib:/lib64",
                        std::string_view by = "usr/bin") {
    return cat("config env LD_LIBRARY_PATH=", path,
               "\nbase none\nlayer\nfile var/lang/lib/libz.so.1 elf64 shared size=", lang,
               "\nlayer\nfile usr/lib64/libz.so.1 elf64 shared size=8k\nfile ", by,
               "/p 0755 elf64 needs=libz.so.1 interp=/lib64/ld-linux-x86-64.so.2\n");
  };
  expect_finds(kRule, image("9k"));
  expect_silent(kRule, image("8k"));
  expect_silent(kRule, image("9k", "/usr/lib64:/var/lang/lib"));
  expect_silent(kRule, image("9k", "/var/lang/lib", "var/task"));
  expect_not_applicable(kRule, "layer\nfile usr/bin/p 0755 elf64\n");
}

}  // namespace
}  // namespace ocitidy::test
