// A database that rpm 4.18 made (testdata/README.md says how), and what strangers could make of it.
#include "formats/rpm_database.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/real_rpm_database.h"
#include "support/rpm_header_builder.h"

namespace ocitidy {
namespace {

using test::real_rpm_database;

TEST(RpmDatabase, ReadsWhatRpmWrote) {
  std::string seen;
  const auto count = visit_rpm_database(test::rpm_bytes(real_rpm_database()), [&](const RpmHeader& header) {
    seen += cat(header.name, " ", header.version, "-", header.release, " of ", header.changelog_s.size(), " dates\n");
    for (const RpmFile& file : header.files) seen += cat("  ", file.directory, file.name, "\n");
  });
  ASSERT_TRUE(count) << describe(count.error());
  EXPECT_EQ(*count, 2U);
  EXPECT_EQ(seen,
            "tiny 1.2-3 of 3 dates\n"
            "  /usr/bin/tiny\n  /usr/share/tiny\n  /usr/share/tiny/deep\n  /usr/share/tiny/deep/two\n"
            "  /usr/share/tiny/one\n"
            "other 5-1 of 0 dates\n");
}

TEST(RpmDatabase, SaysWhatIsNoDatabase) {
  const auto ignore = [](const RpmHeader&) {};
  EXPECT_FALSE(visit_rpm_database({}, ignore));
  EXPECT_FALSE(visit_rpm_database(test::rpm_bytes(std::string(4096, 'x')), ignore));
  EXPECT_FALSE(visit_rpm_database(test::rpm_bytes(cat("SQLite format 3", std::string(500, '\0'))), ignore));
}

TEST(RpmDatabase, EndsOnDamage) {
  const std::string good = real_rpm_database();
  const auto ignore = [](const RpmHeader&) {};
  for (const std::size_t size : {std::size_t{100}, std::size_t{4096}, good.size() / 2, good.size() - 1})
    (void)visit_rpm_database(test::rpm_bytes(good.substr(0, size)), ignore);
  for (std::size_t at = 100; at < good.size(); at += 997) {
    std::string damaged = good;
    for (std::size_t i = at; i < std::min(at + 8, damaged.size()); ++i) damaged[i] = static_cast<char>(~damaged[i]);
    const auto count = visit_rpm_database(test::rpm_bytes(damaged), ignore);
    EXPECT_LE(count.value_or(0), 2U);
  }
}

}  // namespace
}  // namespace ocitidy
