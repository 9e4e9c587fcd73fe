// Headers of rpm packages: good ones, and what strangers make of them.
#include "formats/rpm_header.h"

#include <gtest/gtest.h>

#include "support/rpm_header_builder.h"

namespace ocitidy {
namespace {

using test::rpm_bytes;
using test::RpmHeaderBuilder;

TEST(RpmHeader, ReadsNameVersionFilesAndDates) {
  const std::string bytes = RpmHeaderBuilder()
                                .string(1000, "bash")
                                .string(1001, "5.2.15")
                                .string(1002, "1.amzn2023")
                                .numbers(1080, {1700000000, 1600000000})
                                .numbers(1116, {0, 1, 0})
                                .strings(1117, {"bash", "README", "sh"})
                                .strings(1118, {"/usr/bin/", "/usr/share/doc/bash/"})
                                .build();
  const auto header = parse_rpm_header(rpm_bytes(bytes));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->name, "bash");
  EXPECT_EQ(header->version, "5.2.15");
  EXPECT_EQ(header->release, "1.amzn2023");
  EXPECT_EQ(header->changelog_s, (std::vector<std::uint32_t>{1700000000, 1600000000}));
  ASSERT_EQ(header->files.size(), 3U);
  EXPECT_EQ(header->files[1].directory, "/usr/share/doc/bash/");
  EXPECT_EQ(header->files[1].name, "README");
  EXPECT_EQ(header->files[2].directory, "/usr/bin/");
}

TEST(RpmHeader, NeedsRoomForItsRowsAndStore) {
  const std::string bytes = RpmHeaderBuilder().string(1000, "x").build();
  ASSERT_TRUE(parse_rpm_header(rpm_bytes(bytes)));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_rpm_header(rpm_bytes(bytes.substr(0, size)))) << size;
  std::string rows = bytes, store = bytes;
  rows[0] = store[4] = '\xff';  // negative, to who reads them as signed numbers
  EXPECT_FALSE(parse_rpm_header(rpm_bytes(rows)));
  EXPECT_FALSE(parse_rpm_header(rpm_bytes(store)));
  EXPECT_FALSE(parse_rpm_header(rpm_bytes(RpmHeaderBuilder().string(1001, "no name").build())));
}

TEST(RpmHeader, LeavesOutWhatPointsNowhere) {
  const auto parsed = [](RpmHeaderBuilder builder) { return builder.string(1000, "x").strings(1118, {"/d/"}).build(); };
  const std::string far = parsed(RpmHeaderBuilder().row(1117, 8, 0xFFFFFFF0U, 5).numbers(1116, {0}));
  EXPECT_TRUE(parse_rpm_header(rpm_bytes(far)).value().files.empty());
  const std::string many = parsed(RpmHeaderBuilder().strings(1117, {"a"}, 0xFFFFFFFFU).numbers(1116, {0}, 0xFFFFFFFFU));
  EXPECT_LE(parse_rpm_header(rpm_bytes(many)).value().files.size(), 3U) << "the store ends";
  const std::string wild = parsed(RpmHeaderBuilder().strings(1117, {"a", "b"}).numbers(1116, {7, 0xFFFFFFFFU}));
  EXPECT_TRUE(parse_rpm_header(rpm_bytes(wild)).value().files.empty());
  const std::string types = parsed(RpmHeaderBuilder().numbers(1117, {1}).strings(1116, {"a"}));
  EXPECT_TRUE(parse_rpm_header(rpm_bytes(types)).value().files.empty());
}

}  // namespace
}  // namespace ocitidy
