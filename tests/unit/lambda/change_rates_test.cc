// How likely components are to stay as they are, and by what that is known.
#include "lambda/change_rates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lambda/release_pace.h"
#include "support/layer_writer.h"
#include "support/real_rpm_database.h"
#include "unit/lambda/component_image.h"

namespace ocitidy::lambda {
namespace {

using test::scan_for_components;

/// The rate of the component at `path`.
ChangeRate rate_at(const ImageModel& image, std::string_view path, std::uint32_t base_layers = 0,
                   std::span<const ComponentContents> history = {}) {
  const Components components(image, base_layers);
  const auto rates = change_rates(image, components, history);
  EXPECT_EQ(rates.size(), components.all().size());
  return rates[components.of(image.find(path).value())];
}

constexpr std::string_view kMixed =
    "base none\nlayer\nfile etc/base \"x\"\nlayer\nfile lib/apk/db/installed \"P:musl\\nF:lib\\nR:libc.so\\n\"\n"
    "file lib/libc.so \"x\"\nfile usr/local/bin/node \"x\"\nfile app/node_modules/a/i.js \"x\"\nfile app/i.js \"x\"\n";

TEST(ChangeRates, AreGuessedByKindWhereNothingIsKnown) {
  const ImageModel image = scan_for_components(kMixed);
  double last = 1;
  for (const char* path : {"etc/base", "lib/libc.so", "usr/local/bin/node", "app/node_modules/a/i.js", "app/i.js"}) {
    const ChangeRate rate = rate_at(image, path, 1);
    EXPECT_LT(rate.survival, last) << path;
    EXPECT_GT(rate.survival, 0) << path;
    EXPECT_TRUE(rate.evidence.starts_with("guessed by kind: ")) << rate.evidence;
    last = rate.survival;
  }
  EXPECT_NEAR(rate_at(image, "etc/base", 1).survival, 0.96, 0.005);
  EXPECT_NEAR(rate_at(image, "app/i.js", 1).survival, 0.05, 0.005);
}

constexpr std::string_view kChangelog =
    "p (4) unstable; urgency=low\n\n -- A <a>  Mon, 01 Jan 2024 00:00:00 +0000\n\n"
    "p (3) unstable; urgency=low\n\n -- A <a>  Mon, 01 Jan 2024 09:00:00 +0000\n\n"
    "p (2) unstable; urgency=low\n\n -- A <a>  Sun, 01 Jan 2023 00:00:00 +0000\n\n"
    "p (1) unstable; urgency=low\n\n -- A <a>  Fri, 01 Jan 2010 00:00:00 +0000\n";

TEST(ChangeRates, ComeFromDebianChangelogs) {
  const std::string packed = test::recipe_bytes(test::compress(kChangelog, Codec::gzip));
  const std::string recipe =
      cat("base none\nlayer\nfile usr/lib/p.so \"x\"\nfile usr/lib/q.so \"x\"\nfile usr/lib/r.so \"x\"\n"
          "file var/lib/dpkg/info/p.list \"/usr/lib/p.so\\n\"\nfile var/lib/dpkg/info/q.list \"/usr/lib/q.so\\n\"\n"
          "file var/lib/dpkg/info/r.list \"/usr/lib/r.so\\n\"\nsymlink usr/share/doc/q -> p\n"
          "file usr/share/doc/p/changelog.Debian.gz ",
          packed, "\nfile usr/share/doc/r/changelog.Debian.gz \"junk\"\n");
  const ImageModel image = scan_for_components(recipe);
  const ChangeRate rate = rate_at(image, "usr/lib/p.so");
  EXPECT_EQ(rate.evidence, "2 releases in 730 days (changelog)") << "two entries of one day are one";
  EXPECT_NEAR(rate.survival, std::exp(-2.0 / 730 * 30), 1e-9);
  EXPECT_EQ(rate_at(image, "usr/lib/q.so").evidence, rate.evidence) << "through a link";
  EXPECT_EQ(rate_at(image, "usr/lib/r.so").evidence, "guessed by kind: OS package");
  EXPECT_EQ(rate_at(image, "usr/lib/p.so", 1).evidence, rate.evidence) << "of the base too";
}

TEST(ChangeRates, OfAStableReleaseCountItsUpdatesOnly) {
  const auto packed = [](std::string_view text) {
    return test::recipe_bytes(test::compress(std::string(text), Codec::gzip));
  };
  const ImageModel image = scan_for_components(
      cat("base none\nlayer\nfile usr/lib/p.so \"x\"\nfile usr/lib/q.so \"x\"\n"
          "file var/lib/dpkg/info/p.list \"/usr/lib/p.so\\n\"\nfile var/lib/dpkg/info/q.list \"/usr/lib/q.so\\n\"\n"
          "file usr/share/doc/p/changelog.Debian.gz ",
          packed(kChangelog), "\nfile usr/share/doc/q/changelog.Debian.gz ",
          packed("q (1+deb12u2) bookworm-security; urgency=low\n\n -- A <a>  Wed, 31 Dec 2025 00:00:00 +0000\n\n"
                 "q (1+deb12u1) bookworm; urgency=low\n\n -- A <a>  Wed, 01 Jan 2025 00:00:00 +0000\n\n"
                 "q (1) unstable; urgency=low\n\n -- A <a>  Sun, 01 Jan 2023 00:00:00 +0000\n"),
          "\n"));
  // 2024-01-01, the newest upload to unstable, to 2025-12-31.
  EXPECT_EQ(rate_at(image, "usr/lib/q.so").evidence, "2 updates in 730 days of a stable release (changelog)");
  EXPECT_EQ(rate_at(image, "usr/lib/p.so").evidence, "0 updates in 730 days of a stable release (changelog)");
  EXPECT_NEAR(rate_at(image, "usr/lib/p.so").survival, std::exp(-0.5 / 730 * 30), 1e-9);
}

TEST(ChangeRates, ComeFromRpm) {
  const ImageModel image =
      scan_for_components(cat("base none\nlayer\nfile usr/bin/tiny \"x\"\nfile var/lib/rpm/rpmdb.sqlite ",
                              test::recipe_bytes(test::real_rpm_database()), "\n"));
  EXPECT_EQ(rate_at(image, "usr/bin/tiny").evidence, "2 releases in 730 days (changelog)");
}

TEST(ChangeRates, CountReleasesBackFromTheNewest) {
  const auto pace = [](std::initializer_list<std::int64_t> days) {
    std::vector<std::int64_t> times_s;
    for (const std::int64_t day : days) times_s.push_back(day * 86400 + 60);
    const auto found = release_pace(times_s);
    return found ? cat(found->count, " in ", found->days) : "none";
  };
  EXPECT_EQ(pace({}), "none");
  EXPECT_EQ(pace({1000}), "none");
  EXPECT_EQ(pace({1000, 1000}), "none");
  EXPECT_EQ(pace({1000, 900}), "1 in 100");
  EXPECT_EQ(pace({1000, 271}), "1 in 729");
  EXPECT_EQ(pace({1000, 270}), "1 in 730");
  EXPECT_EQ(pace({1000, 269}), "1 in 730");
  EXPECT_EQ(pace({5, 1000, 900, 800}), "3 in 730");
}

TEST(ChangeRates, ComeFromEarlierImages) {
  const auto contents = [](std::string_view text) {
    const ImageModel image =
        scan_for_components(cat("base none\nlayer\nfile app/a \"", text, "\"\nfile usr/local/bin/node \"x\"\n"));
    return contents_of(image, Components(image, 0));
  };
  const ImageModel image =
      scan_for_components("base none\nlayer\nfile app/a \"3\"\nfile usr/local/bin/node \"x\"\nfile srv/new \"x\"\n");
  const std::vector<ComponentContents> history = {contents("1"), contents("2"), contents("2")};
  const double app = std::exp(-3.0), node = std::exp(-0.5);
  const ChangeRate changed = rate_at(image, "app/a", 0, history);
  EXPECT_EQ(changed.evidence, "changed in 2 of 3 earlier images");
  EXPECT_NEAR(changed.survival, (1 + 2 * app) / 5, 1e-9);
  const ChangeRate kept = rate_at(image, "usr/local/bin/node", 0, history);
  EXPECT_EQ(kept.evidence, "changed in 0 of 3 earlier images");
  EXPECT_NEAR(kept.survival, (3 + 2 * node) / 5, 1e-9);
  EXPECT_LT(kept.survival, 1);
  EXPECT_EQ(rate_at(image, "srv/new", 0, history).evidence, "guessed by kind: library");
  EXPECT_EQ(rate_at(image, "app/a", 0, std::span(history).first(1)).evidence, "changed in 1 of 1 earlier image");
}

TEST(ChangeRates, ContentsTellEveryChangeButThatOfTimes) {
  const auto contents = [](std::string_view members) {
    const ImageModel image = scan_for_components(cat("base none\nlayer\n", members));
    return contents_of(image, Components(image, 0));
  };
  const auto before = contents("file app/a \"one\" mtime=5\nsymlink app/l -> a\n");
  EXPECT_EQ(before, contents("dir app 0700\nfile app/a \"one\" mtime=6\nsymlink app/l -> a\n"));
  EXPECT_EQ(before.size(), 2U);
  EXPECT_TRUE(before.contains("app:app"));
  for (const char* members :
       {"file app/a \"two\"\nsymlink app/l -> a\n", "file app/a 0755 \"one\"\nsymlink app/l -> a\n",
        "file app/a \"one\" uid=7\nsymlink app/l -> a\n", "file app/a \"one\"\nsymlink app/l -> b\n",
        "file app/b \"one\"\nsymlink app/l -> a\n", "file app/a \"one\"\n"})
    EXPECT_NE(before.at("app:app"), contents(members).at("app:app")) << members;
}

}  // namespace
}  // namespace ocitidy::lambda
