// Edges of package-manager-cache: the threshold, look-alikes, hard links, nested caches.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "package-manager-cache";

std::string pip_cache(std::uint64_t bytes) {
  return cat("base healthy\nlayer\nfile root/.cache/pip/a size=", bytes - 1, "\nfile root/.cache/pip/b size=1\n");
}

TEST(PackageManagerCache, StartsAtTheThreshold) {
  expect_silent(kRule, pip_cache(4095));
  EXPECT_EQ(expect_finds(kRule, pip_cache(4096)).front().wasted_bytes, 4096u);
  EXPECT_EQ(expect_finds(kRule, pip_cache(4097)).front().wasted_bytes, 4097u);
}

TEST(PackageManagerCache, KnowsItsTable) {
  for (const char* path : {"var/cache/apt/archives/a.deb",
                           "var/cache/apt/pkgcache.bin",
                           "var/lib/apt/lists/x_Packages",
                           "var/cache/apk/APKINDEX.tar.gz",
                           "var/cache/yum/x",
                           "var/cache/dnf/x",
                           "var/cache/libdnf5/x",
                           ".cache/pip/x",
                           "home/app/.cache/pip/x",
                           "root/.cache/uv/x",
                           "root/.npm/_cacache/x",
                           "usr/local/share/.cache/yarn/v6/x",
                           "root/.local/share/pnpm/store/v3/x",
                           "root/.pnpm-store/x",
                           "root/.composer/cache/x",
                           "usr/local/bundle/cache/a.gem",
                           "usr/local/lib/ruby/gems/3.3.0/cache/a.gem",
                           "var/task/vendor/bundle/ruby/3.3.0/cache/a.gem",
                           "root/.cache/go-build/00/x",
                           "root/.cargo/registry/cache/x",
                           "usr/local/cargo/registry/x",
                           "opt/conda/pkgs/a.conda",
                           "root/miniconda3/pkgs/x"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(expect_finds(kRule, cat("base healthy\nlayer\nfile ", path, " size=8k")).size(), 1u);
  }
}

TEST(PackageManagerCache, SparesLookAlikes) {
  for (const char* path : {"var/cache/apt/archives/lock", "var/lib/dpkg/status", "lib/apk/db/installed", "opt/pip/x",
                           "root/.cache/pipenv/x", "var/task/node_modules/.cache/x", "var/task/.yarn/cache/a.zip",
                           "usr/local/bundle/gems/a/lib.rb", "var/task/vendor/cache/a.gem", "opt/conda/pkgs2/x",
                           "srv/var/cache/apt/pkgcache.bin", "root/.cache/uv"}) {
    SCOPED_TRACE(path);
    expect_silent(kRule, cat("base healthy\nlayer\nfile ", path, " size=8k"));
  }
}

TEST(PackageManagerCache, CountsLinkedFilesOnlyWhenAllNamesAreInside) {
  const std::string inside =
      "base healthy\nlayer\nfile root/.cache/uv/a size=8k\nhardlink root/.cache/uv/b -> root/.cache/uv/a\n";
  const std::vector<Finding> findings = expect_finds(kRule, inside);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].wasted_bytes, 8192u);
  expect_silent(kRule, inside + "hardlink opt/venv/c -> root/.cache/uv/a\n");
}

TEST(PackageManagerCache, SeesWhatIsVisibleOnly) {
  expect_silent(kRule, "base healthy\nlayer\nfile root/.cache/pip/a size=8k\nlayer\nwhiteout root/.cache");
  const std::vector<Finding> findings =
      expect_finds(kRule,
                   "base healthy\nlayer\nfile root/.cache/pip/a size=8k\nlayer\nopaque root/.cache/pip\nfile "
                   "root/.cache/pip/b size=9k");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where.front().layer, 2u);
}

TEST(PackageManagerCache, TellsNestedCachesApart) {
  const std::vector<Finding> findings =
      expect_finds(kRule,
                   "base healthy\nlayer\nfile var/cache/apt/pkgcache.bin size=9k\nfile var/cache/apt/archives/a.deb "
                   "size=8k\nfile var/cache/apt/srcpkgcache.bin size=1k");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].where.front().path, "var/cache/apt");
  EXPECT_EQ(findings[0].wasted_bytes, 10240u);
  EXPECT_EQ(findings[1].wasted_bytes, 8192u);
}

TEST(PackageManagerCache, SaysWhatItCannotJudge) {
  expect_silent(kRule, "base none");
  expect_not_applicable(kRule, "artifact application/x");
}

}  // namespace
}  // namespace ocitidy::test
