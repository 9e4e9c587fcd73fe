// native_modules_test.cc - names of modules: for which platform, and for which Python.
#include "lambda/native_modules.h"

#include <gtest/gtest.h>

#include "lambda/library_packages.h"
#include "lambda/python_tags.h"

namespace ocitidy::lambda {
namespace {

TEST(NativeModules, PathsOfOneModuleForAllPlatformsAreOne) {
  const auto same = [](std::string_view a, std::string_view b) { return without_platform(a) == without_platform(b); };
  EXPECT_TRUE(same("p/prebuilds/linux-x64/node.napi.node", "p/prebuilds/darwin-arm64/node.napi.armv8.node"));
  EXPECT_TRUE(
      same("@img/sharp-linux-x64/lib/sharp-linux-x64.node", "@img/sharp-linuxmusl-x64/lib/sharp-linuxmusl-x64.node"));
  EXPECT_TRUE(same("a/x.cpython-312-x86_64-linux-gnu.so", "a/x.cpython-312-darwin.so"));
  EXPECT_FALSE(same("a/x.cpython-312-x86_64-linux-gnu.so", "a/x.cpython-311-x86_64-linux-gnu.so"));
  EXPECT_FALSE(same("a/linux.node", "b/linux.node"));
  EXPECT_EQ(without_platform("a/b-c.d"), "a/b-c.d");
  EXPECT_EQ(without_platform("linux-x64/a"), "a");
  EXPECT_EQ(without_platform(""), "");
}

TEST(PythonTags, AreReadAsPep3149SpellsThem) {
  const auto tag = python_tag("_core.cpython-312-x86_64-linux-gnu.so");
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->minor, 12U);
  EXPECT_EQ(tag->flags, "");
  EXPECT_EQ(tag->platform, "x86_64-linux-gnu");
  EXPECT_EQ(tag->module, "_core");
  EXPECT_EQ(python_tag("x.cpython-313t-x86_64-linux-musl.so")->flags, "t");
  EXPECT_EQ(python_tag("x.cpython-39.so")->minor, 9U);
  EXPECT_EQ(python_tag("x.cpython-39.so")->platform, "");
  for (const char* other :
       {"x.so", "x.abi3.so", "x.cpython-3.so", ".cpython-312-x.so", "x.cpython-312.py", "x.cpython-27.so"})
    EXPECT_FALSE(python_tag(other)) << other;
}

TEST(PythonTags, ProgramsTellTheirVersion) {
  EXPECT_EQ(python_minor("python3.12"), 12U);
  EXPECT_EQ(python_minor("python3.13t"), 13U);
  for (const char* other : {"python3", "python3.", "python3.12-config", "python2.7", "python3.99999"})
    EXPECT_FALSE(python_minor(other)) << other;
}

TEST(LibraryPackages, AreFoundByNameOrBeginning) {
  ASSERT_NE(package_of("libGL.so.1"), nullptr);
  EXPECT_EQ(package_of("libGL.so.1")->debian, "libgl1");
  EXPECT_NE(package_of("libmysqlclient.so.21"), nullptr);
  EXPECT_EQ(package_of("libGL.so.10"), nullptr);
  EXPECT_TRUE(comes_with_driver("libcuda.so.1"));
  EXPECT_FALSE(comes_with_driver("libcudart.so.12"));
  EXPECT_TRUE(is_part_of_libc("libc.so.6"));
  EXPECT_FALSE(is_part_of_libc("libcrypt.so.1"));
}

}  // namespace
}  // namespace ocitidy::lambda
