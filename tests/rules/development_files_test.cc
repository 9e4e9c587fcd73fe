// Edges of development-files: thresholds, layers, directories to name, what does not count.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "development-files";

std::string file_of(std::string_view path, std::uint64_t bytes) {
  return cat("base healthy\nlayer\nfile ", path, " size=", bytes, "\n");
}

TEST(DevelopmentFiles, StartsAtTheThreshold) {
  expect_silent(kRule, file_of("usr/include/a.h", 1048575));
  EXPECT_EQ(expect_finds(kRule, file_of("usr/include/a.h", 1048576)).front().wasted_bytes, 1048576u);
  EXPECT_EQ(expect_finds(kRule, file_of("usr/include/a.h", 1048577)).front().wasted_bytes, 1048577u);
  expect_silent(kRule, file_of("var/task/.git/index", 4095));
  EXPECT_EQ(expect_finds(kRule, file_of("var/task/.git/index", 4096)).size(), 1u);
}

TEST(DevelopmentFiles, CountsEachLayerApart) {
  const std::string first = file_of("usr/include/a.h", 600 << 10);
  expect_silent(kRule, first + "layer\nfile usr/include/b.h size=600k\n");
  const std::vector<Finding> findings =
      expect_finds(kRule, first + "file usr/include/b.h size=600k\nlayer\nfile usr/include/c.h size=1100k\n");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].where.front().layer, 1u);
  EXPECT_EQ(findings[1].where.front().layer, 2u);
}

TEST(DevelopmentFiles, NamesTheDirectoryOfThePackage) {
  const auto place = [](std::string_view path) {
    return expect_finds(kRule, file_of(path, 2 << 20)).front().where.front().path;
  };
  EXPECT_EQ(place("usr/include/boost/mpl/a.h"), "usr/include/boost");
  EXPECT_EQ(place("usr/include/a.h"), "usr/include");
  EXPECT_EQ(place("var/task/node_modules/a/node_modules/b/dist/x.js.map"), "var/task/node_modules/a");
  EXPECT_EQ(place("var/task/node_modules/@s/b/dist/x.js.map"), "var/task/node_modules/@s/b");
  EXPECT_EQ(place("opt/venv/lib/python3.12/site-packages/numpy/core.pyi"),
            "opt/venv/lib/python3.12/site-packages/numpy");
  EXPECT_EQ(place("opt/venv/lib/python3.12/site-packages/six.pyi"), "opt/venv/lib/python3.12/site-packages");
}

TEST(DevelopmentFiles, SparesWhatIsNeededOrToldElsewhere) {
  for (const char* path : {"var/task/app.py", "usr/share/doc/x/copyright", "usr/lib/libx.so",
                           "root/.cache/uv/a/site-packages/x.pyi", "usr/share/perl5/X.pm",
                           "var/task/node_modules/a/index.js", "tmp/x.h", "usr/local/include/python3.12/pyconfig.h"}) {
    SCOPED_TRACE(path);
    expect_silent(kRule, file_of(path, 2 << 20));
  }
  expect_silent(kRule, file_of("usr/include/a.h", 2 << 20) + "hardlink usr/include/b.h -> usr/include/a.h\n");
}

}  // namespace
}  // namespace ocitidy::test
