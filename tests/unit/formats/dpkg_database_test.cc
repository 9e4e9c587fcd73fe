// Status stanzas and path lists of dpkg, as dpkg and as strangers write them.
#include "formats/dpkg_database.h"

#include <gtest/gtest.h>

#include <string>

namespace ocitidy {
namespace {

using Paths = std::vector<std::string_view>;

TEST(DpkgDatabase, ReadsStanzas) {
  const auto all = parse_dpkg_status(
      "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 2.36-9+deb12u8\n"
      "Description: GNU C Library\n Version: not this one\n .\n more\n\n"
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
      "Package: tzdata\nVersion: 2024a-0+deb12u1");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "libc6");
  EXPECT_EQ(all[0].architecture, "amd64");
  EXPECT_EQ(all[0].version, "2.36-9+deb12u8");
  EXPECT_EQ(all[1].name, "tzdata");
  EXPECT_EQ(all[1].version, "2024a-0+deb12u1");
}

TEST(DpkgDatabase, TakesNothingForAnswerFromNoise) {
  EXPECT_TRUE(parse_dpkg_status("").empty());
  EXPECT_TRUE(parse_dpkg_status("\n\n\n").empty());
  EXPECT_TRUE(parse_dpkg_status("Version: 1\n\nPackage:\nVersion: 2\n").empty());
  EXPECT_TRUE(parse_dpkg_status(std::string(100'000, ':')).empty());
}

TEST(DpkgDatabase, StopsAtSoManyPackages) {
  std::string text;
  for (std::size_t i = 0; i < kMostDpkgPackages + 10; ++i) text += "Package: a\n\n";
  EXPECT_EQ(parse_dpkg_status(text).size(), kMostDpkgPackages);
}

TEST(DpkgDatabase, ReadsLists) {
  EXPECT_EQ(parse_dpkg_list("/.\n/usr\n/usr/share/a b\n\n./bin/x\n/.hidden\n/etc/cut"),
            (Paths{"usr", "usr/share/a b", "bin/x", ".hidden", "etc/cut"}));
  EXPECT_EQ(parse_dpkg_md5sums("d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\nno gap\n  \nabc  ./usr/y"),
            (Paths{"usr/bin/x", "usr/y"}));
}

TEST(DpkgDatabase, StopsAtSoManyPaths) {
  std::string text;
  for (std::size_t i = 0; i < kMostDpkgPaths + 10; ++i) text += "/a\n";
  EXPECT_EQ(parse_dpkg_list(text).size(), kMostDpkgPaths);
}

}  // namespace
}  // namespace ocitidy
