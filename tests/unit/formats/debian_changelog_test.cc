// Dates in Debian changelogs, and the front of the gzip files that they lie in.
#include "formats/debian_changelog.h"

#include <gtest/gtest.h>

#include <string>

#include "base/day.h"
#include "formats/gzip_head.h"
#include "support/layer_writer.h"

namespace ocitidy {
namespace {

using Releases = std::vector<DebianRelease>;

TEST(DebianChangelog, ReadsTheLinesThatEndEntries) {
  EXPECT_EQ(parse_debian_changelog("openssl (3.0.11-1~deb12u2) bookworm-security; urgency=medium\n\n  * Fix.\n\n"
                                   " -- Somebody <x@example.com>  Mon, 23 Oct 2023 19:52:22 +0200\n\n"
                                   "openssl (3.0.9-1) unstable; urgency=medium\n\n"
                                   " -- A <b> C <x@example.com>  Sun, 1 Jan 2023 00:00:00 +0000\n"),
            (Releases{{day_s(2023, 10, 23), false}, {day_s(2023, 1, 1), true}}));
}

TEST(DebianChangelog, PassesOverWhatIsNoDate) {
  for (const char* line : {" -- A <a>  Mon, 32 Oct 2023 00:00:00 +0000", " -- A <a>  Mon, 00 Oct 2023", " -- A <a>",
                           " -- A <a>  Mon, 1 Okt 2023", " -- A <a>  Mon, 1 Oct 99999", " -- A <a>  Mon, -1 Oct 2023",
                           "-- A <a>  Mon, 1 Oct 2023", " -- A  Mon, 1 Oct 2023", " -- A <a>  Mon, 1 Oct 1969"})
    EXPECT_EQ(parse_debian_changelog(line), Releases{}) << line;
}

TEST(GzipHead, InflatesUpToWhereItEnds) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919);
  const std::string packed = test::compress(text, Codec::gzip);
  const auto bytes = std::as_bytes(std::span(packed));
  EXPECT_EQ(inflate_gzip_head(bytes, 1 << 20), text);
  EXPECT_EQ(inflate_gzip_head(bytes, 100), text.substr(0, 100));
  const std::string half = inflate_gzip_head(bytes.first(bytes.size() / 2), 1 << 20);
  EXPECT_GT(half.size(), text.size() / 4);
  EXPECT_TRUE(text.starts_with(half));
  EXPECT_EQ(inflate_gzip_head({}, 100), "");
  EXPECT_EQ(inflate_gzip_head(std::as_bytes(std::span(text)), 100), "");
  EXPECT_EQ(inflate_gzip_head(bytes, 0), "");
}

}  // namespace
}  // namespace ocitidy
