// json_test - what a strict reader refuses, and how typed access reports its place.
#include "base/json.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

Code code_of(std::string_view text) {
  const auto parsed = parse_json(text, Limits{});
  EXPECT_FALSE(parsed) << text;
  return parsed ? Code::internal : parsed.error().code;
}

TEST(Json, ReadsWhatIsJson) {
  const auto parsed = parse_json(R"({"a": [1, 18446744073709551615, "x\u00e9", null, {"b": {}}]})", Limits{});
  ASSERT_TRUE(parsed) << describe(parsed.error());
  EXPECT_EQ((*parsed)["a"][1].get<std::uint64_t>(), UINT64_MAX) << "integers stay exact";
}

TEST(Json, RefusesWhatTwoReadersWouldReadDifferently) {
  EXPECT_EQ(code_of(R"({"layers": [], "layers": [1]})"), Code::corrupt);
  EXPECT_EQ(code_of(R"([{"x": {"digest": 1, "y": 2, "digest": 3}}])"), Code::corrupt) << "at any depth";
  EXPECT_EQ(code_of("\xEF\xBB\xBF{}"), Code::corrupt) << "byte order mark";
  EXPECT_EQ(code_of("{} {}"), Code::corrupt) << "a second document";
  EXPECT_EQ(code_of("{}x"), Code::corrupt);
  EXPECT_EQ(code_of("{\"a\": \"\xFF\"}"), Code::corrupt) << "not UTF-8";
  EXPECT_EQ(code_of(R"({"a": "\ud800"})"), Code::corrupt) << "lone surrogate";
  EXPECT_EQ(code_of("{\"a\": NaN}"), Code::corrupt);
  EXPECT_EQ(code_of("{\"a\": 1,}"), Code::corrupt);
  EXPECT_EQ(code_of("// x\n{}"), Code::corrupt);
  EXPECT_EQ(code_of(""), Code::corrupt);
}

TEST(Json, SameNameInDifferentObjectsIsFine) {
  EXPECT_TRUE(parse_json(R"([{"digest": 1}, {"digest": 2}, {"a": {"digest": 3}, "digest": 4}])", Limits{}));
}

TEST(Json, DepthIsBounded) {
  Limits limits;
  limits.json_depth = 3;
  EXPECT_TRUE(parse_json("[[[1]]]", limits));
  const auto deep = parse_json("[[[[1]]]]", limits);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, Code::limit_exceeded);
  EXPECT_EQ(code_of(std::string(200'000, '[')), Code::limit_exceeded);
}

TEST(Json, SizeIsBounded) {
  Limits limits;
  limits.json_bytes = 4;
  EXPECT_TRUE(parse_json("[10]", limits));
  const auto large = parse_json("[100]", limits);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::limit_exceeded);
}

TEST(JsonObject, NullIsAbsent) {
  const Json json = Json::parse(R"({"a": null})");
  const auto object = JsonObject::of(json, "");
  ASSERT_TRUE(object);
  EXPECT_FALSE(object->has("a"));
  EXPECT_EQ(object->string("a").value(), "");
  EXPECT_TRUE(object->strings("a").value().empty());
}

TEST(JsonObject, WrongTypesNameTheirPlace) {
  const Json json =
      Json::parse(R"({"layers": [{"size": "12"}, {"size": -1}, {"size": 1e3}], "list": ["x", 3], "m": {"a/b": 1}})");
  const auto object = JsonObject::of(json, "");
  ASSERT_TRUE(object);
  const auto layers = object->objects("layers");
  ASSERT_TRUE(layers);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto size = (*layers)[i].unsigned_integer("size");
    ASSERT_FALSE(size);
    EXPECT_NE(size.error().message.find("/layers/" + std::to_string(i) + "/size"), std::string::npos)
        << size.error().message;
  }
  EXPECT_NE(object->strings("list").error().message.find("/list/1"), std::string::npos);
  EXPECT_NE(object->string_map("m").error().message.find("/m/a~1b"), std::string::npos);
  EXPECT_FALSE(object->string("layers"));
  EXPECT_FALSE(object->boolean("list"));
  EXPECT_FALSE((*layers)[0].unsigned_integer("missing"));
}

}  // namespace
}  // namespace ocitidy
