// lax_json_test - where two readers of one document would see two.
#include "base/lax_json.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

const Limits kLimits;

TEST(LaxJson, TheLastOfEqualMembersCounts) {
  const LaxJson read = parse_lax_json(R"({"a":1,"b":[{"c":2,"c":[3]}],"a":{"d":null}})", kLimits);
  ASSERT_FALSE(read.error);
  EXPECT_EQ(read.value.dump(), R"({"a":{"d":null},"b":[{"c":[3]}]})");
  ASSERT_EQ(read.repeated.size(), 2U);
  EXPECT_EQ(read.repeated[0].object, "/b/0");
  EXPECT_EQ(read.repeated[0].again, "c");
  EXPECT_EQ(read.repeated[1].object, "");
}

TEST(LaxJson, SeesTwinsAndRepeatsApart) {
  const LaxJson read = parse_lax_json(R"({"x~/":{"a":1,"A":2,"A":3}})", kLimits);
  ASSERT_EQ(read.repeated.size(), 2U);
  EXPECT_EQ(read.repeated[0].object, "/x~0~1");
  EXPECT_EQ(read.repeated[0].first, "a");
  EXPECT_EQ(read.repeated[0].again, "A");
  EXPECT_EQ(read.repeated[1].first, "A");
  EXPECT_TRUE(are_case_twins("mask", "MA\xC5\xBF\xE2\x84\xAA")) << "long s and Kelvin, as Go folds them";
  EXPECT_FALSE(are_case_twins("a", "a"));
  EXPECT_FALSE(are_case_twins("a", "b"));
}

TEST(LaxJson, AgreesWithTheStrictReaderOnWhatIsJson) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1}x", "\"\xFF\"", "nul", "{\"a\" 1}"}) {
    const LaxJson lax = parse_lax_json(text, kLimits);
    ASSERT_TRUE(lax.error) << text;
    EXPECT_TRUE(lax.value.is_discarded());
    EXPECT_EQ(lax.error->message, parse_json(text, kLimits).error().message) << text;
  }
  const LaxJson marked = parse_lax_json("\xEF\xBB\xBF{}", kLimits);
  EXPECT_TRUE(marked.byte_order_mark);
  EXPECT_TRUE(marked.value.is_object());
}

TEST(LaxJson, IsBounded) {
  Limits limits;
  limits.json_depth = 3;
  EXPECT_FALSE(parse_lax_json("[[[1]]]", limits).error);
  EXPECT_EQ(parse_lax_json("[[[[1]]]]", limits).error->code, Code::limit_exceeded);
  limits.json_bytes = 4;
  EXPECT_EQ(parse_lax_json("[1,2]", limits).error->code, Code::limit_exceeded);
  std::string many = "{";
  for (int i = 0; i < 500; ++i) many += "\"a\":1,";
  const LaxJson read = parse_lax_json(many + "\"a\":1}", kLimits);
  EXPECT_EQ(read.repeated.size(), 100U);
  EXPECT_EQ(read.repeated_count, 500U);
}

}  // namespace
}  // namespace ocitidy
