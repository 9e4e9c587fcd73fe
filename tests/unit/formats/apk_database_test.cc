// The list of installed packages that apk keeps.
#include "formats/apk_database.h"

#include <gtest/gtest.h>

#include <string>

namespace ocitidy {
namespace {

TEST(ApkDatabase, ReadsPackagesAndFiles) {
  const ApkDatabase database = parse_apk_database(
      "C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\nR:libc.musl-x86_64.so."
      "1\n\n"
      "P:busybox\nV:1.36.1-r15\nF:\nF:bin\nR:busybox\nF:etc/network/if-up.d\nR:dad\n");
  ASSERT_EQ(database.packages.size(), 2U);
  EXPECT_EQ(database.packages[0].name, "musl");
  EXPECT_EQ(database.packages[0].version, "1.2.4-r2");
  EXPECT_EQ(database.packages[1].version, "1.36.1-r15");
  std::string files;
  for (const ApkFile& file : database.files)
    files += std::to_string(file.package) + " " + std::string(file.directory) + " " + std::string(file.name) + "\n";
  EXPECT_EQ(files,
            "0 lib \n0 lib ld-musl-x86_64.so.1\n0 lib libc.musl-x86_64.so.1\n"
            "1 bin \n1 bin busybox\n1 etc/network/if-up.d \n1 etc/network/if-up.d dad\n");
}

TEST(ApkDatabase, NeedsAPackageForAFile) {
  EXPECT_TRUE(parse_apk_database("F:lib\nR:x\n").files.empty());
  EXPECT_TRUE(parse_apk_database("P:a\n\nF:lib\nR:x\n").files.empty());
  EXPECT_TRUE(parse_apk_database("P:\nR:x\n:\nR\n").packages.empty());
  EXPECT_EQ(parse_apk_database("V:7\nP:late\n").packages.at(0).version, "7");
}

TEST(ApkDatabase, StopsAtSoManyPackages) {
  std::string text;
  for (std::size_t i = 0; i < kMostApkPackages + 10; ++i) text += "P:a\nR:x\n\n";
  const ApkDatabase database = parse_apk_database(text);
  EXPECT_EQ(database.packages.size(), kMostApkPackages);
  EXPECT_EQ(database.files.size(), kMostApkPackages);
}

}  // namespace
}  // namespace ocitidy
