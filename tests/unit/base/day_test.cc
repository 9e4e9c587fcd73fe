// day_test.cc - days as seconds, and back.
#include "base/day.h"

#include <gtest/gtest.h>

#include "ocitidy/lint.h"

namespace ocitidy {
namespace {

TEST(Day, CountsFromTheEpoch) {
  EXPECT_EQ(day_s(1970, 1, 1), 0);
  EXPECT_EQ(day_s(2026, 11, 25), 1'795'564'800);  // date -u -d 2026-11-25 +%s
}

TEST(Day, IsToldWithLeadingZeros) {
  EXPECT_EQ(day_text(day_s(2027, 3, 3)), "2027-03-03");
  EXPECT_EQ(day_text(day_s(2027, 3, 3) + 86'399), "2027-03-03");
  EXPECT_EQ(day_text(-1), "1969-12-31");
}

TEST(Day, IsParsedStrictly) {
  EXPECT_EQ(parse_day("2028-02-29").value(), day_s(2028, 2, 29));
  for (const char* text : {"", "2026-2-03", "2027-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "20260-1-01",
                           "2026/01/01", "2026-01-0x", "1969-01-01", "+026-01-01", "2026-01-011"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
}

}  // namespace
}  // namespace ocitidy
