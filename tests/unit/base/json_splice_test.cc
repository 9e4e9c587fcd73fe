// json_splice_test - edits on text: the value that changes, and all the bytes that must not.
#include "base/json_splice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "base/json.h"

namespace ocitidy {
namespace {

using Kind = JsonEdit::Kind;

struct Case {
  const char* why;
  std::string raw;
  std::vector<JsonEdit> edits;
  std::string expected;
};

JsonEdit set(std::string pointer, std::string value) { return {std::move(pointer), Kind::set, std::move(value)}; }
JsonEdit cut(std::string pointer) { return {std::move(pointer), Kind::remove}; }

void expect_all(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const auto spliced = splice_json(c.raw, c.edits, Limits{});
    ASSERT_TRUE(spliced) << c.why << ": " << describe(spliced.error());
    EXPECT_EQ(*spliced, c.expected) << c.why;
    EXPECT_TRUE(parse_json(*spliced, Limits{})) << c.why;
  }
}

Code refusal(std::string_view raw, const JsonEdit& edit, const Limits& limits = {}) {
  const auto spliced = splice_json(raw, std::vector{edit}, limits);
  EXPECT_FALSE(spliced) << raw << " " << edit.pointer << " -> " << spliced.value_or("");
  return spliced ? Code::io : spliced.error().code;
}

TEST(JsonSplice, Replaces) {
  expect_all({
      {"no edit", " {\"a\" : 1}\n", {}, " {\"a\" : 1}\n"},
      {"whole document", " {\"a\":1}\r\n", {set("", "[2]")}, " [2]\r\n"},
      {"first", R"({"a":1,"b":2,"c":3})", {set("/a", "9")}, R"({"a":9,"b":2,"c":3})"},
      {"middle", R"({"a":1,"b":2,"c":3})", {set("/b", "\"x\"")}, R"({"a":1,"b":"x","c":3})"},
      {"last", R"({"a":1,"b":2,"c":3})", {set("/c", "{}")}, R"({"a":1,"b":2,"c":{}})"},
      {"space stays", "{ \"a\"\t:\t1 , \"b\" : 2 }", {set("/a", "3")}, "{ \"a\"\t:\t3 , \"b\" : 2 }"},
      {"a container", R"({"a":{"x":[1,{"y":"}"}]},"b":2})", {set("/a", "0")}, R"({"a":0,"b":2})"},
      {"element", "[1, 2, [3, 4]]", {set("/2/1", "5")}, "[1, 2, [3, 5]]"},
      {"null is there", R"({"a":null,"b":1})", {set("/a", "1")}, R"({"a":1,"b":1})"},
      {"to null", R"({"a":1})", {set("/a", "null")}, R"({"a":null})"},
      {"a prefix of another name", R"({"ab":1,"a":2})", {set("/a", "3")}, R"({"ab":1,"a":3})"},
      {"same name deeper first", R"({"x":{"a":1},"a":2})", {set("/a", "3")}, R"({"x":{"a":1},"a":3})"},
      {"a string that looks like a member", R"({"x":"\"a\":1,","a":2})", {set("/a", "3")}, R"({"x":"\"a\":1,","a":3})"},
      {"a backslash before the quote", R"({"x":"\\","a":2})", {set("/a", "3")}, R"({"x":"\\","a":3})"},
      {"the edit before it counts", R"({"a":{}})", {set("/a/b", "{}"), set("/a/b/c", "1")}, R"({"a":{"b":{"c":1}}})"},
      {"a scalar document", "1", {set("", "2")}, "2"},
  });
}

TEST(JsonSplice, AddsAsTheLastSpacedAsItsNeighbour) {
  expect_all({
      {"to an empty object", "{}", {set("/a", "1")}, R"({"a":1})"},
      {"to an empty object with space", "{ \n}", {set("/a", "1")}, "{\"a\":1 \n}"},
      {"to an empty array", R"({"a":[]})", {set("/a/-", "1")}, R"({"a":[1]})"},
      {"compact", R"({"a":1})", {set("/b", "2")}, R"({"a":1,"b":2})"},
      {"pretty", "{\n  \"a\": 1\n}\n", {set("/b", "2")}, "{\n  \"a\": 1,\n  \"b\": 2\n}\n"},
      {"CRLF and tabs", "{\r\n\t\"a\":\t1\r\n}", {set("/b", "2")}, "{\r\n\t\"a\":\t1,\r\n\t\"b\":\t2\r\n}"},
      {"one line, spaced", "{\"a\": 1, \"b\": 2}", {set("/c", "3")}, "{\"a\": 1, \"b\": 2, \"c\": 3}"},
      {"appended", "[1,\n 2\n]", {set("/-", "3")}, "[1,\n 2,\n 3\n]"},
      {"nested", R"([{"a":{"b":{}}}])", {set("/0/a/b/c", "[]")}, R"([{"a":{"b":{"c":[]}}}])"},
      {"beside null", R"({"a":null})", {set("/b", "null")}, R"({"a":null,"b":null})"},
      {"a name to escape", "{}", {set("/q\"\n", "1")}, R"({"q\"\n":1})"},
      {"the empty name", "{}", {set("/", "1")}, R"({"":1})"},
      {"'-' is a name in an object", "{}", {set("/-", "1")}, R"({"-":1})"},
      {"a number is a name in an object", R"({"0":1})", {set("/01", "2")}, R"({"0":1,"01":2})"},
  });
}

TEST(JsonSplice, RemovesOneComma) {
  expect_all({
      {"first", R"({"a":1,"b":2,"c":3})", {cut("/a")}, R"({"b":2,"c":3})"},
      {"middle", R"({"a":1,"b":2,"c":3})", {cut("/b")}, R"({"a":1,"c":3})"},
      {"last", R"({"a":1,"b":2,"c":3})", {cut("/c")}, R"({"a":1,"b":2})"},
      {"only", R"({"a":1})", {cut("/a")}, "{}"},
      {"only, with space", "{\n  \"a\": 1\n}", {cut("/a")}, "{\n}"},
      {"first element", "[1, 2, 3]", {cut("/0")}, "[2, 3]"},
      {"middle element", "[1, 2, 3]", {cut("/1")}, "[1, 3]"},
      {"last element", "[1, 2, 3]", {cut("/2")}, "[1, 2]"},
      {"only element", "[[1]]", {cut("/0")}, "[]"},
      {"all, one by one", "[1,2,3]", {cut("/0"), cut("/1"), cut("/0")}, "[]"},
      {"pretty first", "{\n  \"a\": 1,\n  \"b\": 2\n}", {cut("/a")}, "{\n  \"b\": 2\n}"},
      {"pretty last", "{\n  \"a\": 1,\n  \"b\": 2\n}", {cut("/b")}, "{\n  \"a\": 1\n}"},
      {"CRLF and tabs",
       "{\r\n\t\"a\": 1,\r\n\t\"b\": 2,\r\n\t\"c\": 3\r\n}",
       {cut("/b")},
       "{\r\n\t\"a\": 1,\r\n\t\"c\": 3\r\n}"},
      {"space before the comma", "{\"a\":1 , \"b\":2 }", {cut("/b")}, "{\"a\":1 }"},
      {"null", R"({"a":null,"b":1})", {cut("/a")}, R"({"b":1})"},
      {"a container full of commas", R"({"a":[1,{"x":",]}"}],"b":","})", {cut("/a")}, R"({"b":","})"},
      {"and set again", R"({"a":1,"b":2})", {cut("/a"), set("/a", "3")}, R"({"b":2,"a":3})"},
  });
}

TEST(JsonSplice, NamesAreComparedUnescaped) {
  const std::string raw = R"({"a/b":1,"a~b":2,"~1":3,"m\u0065diaType":4,"\ud83d\ude00":5,"z\u0000":6,"\/":7})";
  expect_all({
      {"slash", raw, {cut("/a~1b")}, raw.substr(0, 1) + raw.substr(9)},
      {"tilde", R"({"a~b":2})", {set("/a~0b", "0")}, R"({"a~b":0})"},
      {"'~01' is '~1'", R"({"~1":3,"/":4})", {set("/~01", "0")}, R"({"~1":0,"/":4})"},
      {"escaped letter", R"({"m\u0065diaType":4})", {set("/mediaType", "0")}, R"({"m\u0065diaType":0})"},
      {"surrogates", R"({"\ud83d\ude00":5})", {set("/\xF0\x9F\x98\x80", "0")}, R"({"\ud83d\ude00":0})"},
      {"zero byte", R"({"z":1,"z\u0000":6})", {set(std::string("/z\0", 3), "0")}, R"({"z":1,"z\u0000":0})"},
      {"escaped slash", R"({"\/":7})", {set("/~1", "0")}, R"({"\/":0})"},
      {"not ASCII", "{\"\xC3\xA9\":1}", {set("/\xC3\xA9", "0")}, "{\"\xC3\xA9\":0}"},
  });
}

TEST(JsonSplice, SpellingsOfOthersSurvive) {
  const std::string rest =
      R"("n":1.0e5,"big":123456789012345678901234567890,"neg":-0,"e":1E+2,"esc":"\u0000\ud83d\ude00\/\u003c","t":[ ],"o":{ })";
  expect_all({
      {"set", "{" + rest + ",\"x\":1}", {set("/x", "2")}, "{" + rest + ",\"x\":2}"},
      {"add", "{" + rest + "}", {set("/x", "2")}, "{" + rest + ",\"x\":2}"},
      {"remove", "{\"x\":1," + rest + "}", {cut("/x")}, "{" + rest + "}"},
      {"a number as it was given", "{}", {set("/x", "1.0e5")}, "{\"x\":1.0e5}"},
  });
}

TEST(JsonSplice, Refuses) {
  EXPECT_EQ(refusal("{}", set("/a/b", "1")), Code::invalid_argument) << "the caller adds parents";
  EXPECT_EQ(refusal("{}", set("/a/b/c", "1")), Code::invalid_argument);
  EXPECT_EQ(refusal(R"({"a":1})", set("/a/b", "1")), Code::invalid_argument) << "a number holds no member";
  EXPECT_EQ(refusal(R"({"a":null})", set("/a/b", "1")), Code::invalid_argument);
  EXPECT_EQ(refusal(R"({"a":"x"})", set("/a/b/c", "1")), Code::invalid_argument);
  EXPECT_EQ(refusal("[1]", set("/1", "1")), Code::invalid_argument) << "behind the end; \"-\" appends";
  for (const char* index : {"/01", "/x", "/-1", "/+0", "/ 0", "/0x", "/"}) {
    EXPECT_EQ(refusal("[1,2]", set(index, "1")), Code::invalid_argument) << index;
    EXPECT_EQ(refusal("[1,2]", cut(index)), Code::invalid_argument) << index;
  }
  EXPECT_EQ(refusal("{}", set("a", "1")), Code::invalid_argument) << "no slash";
  EXPECT_EQ(refusal("{}", set("/~", "1")), Code::invalid_argument);
  EXPECT_EQ(refusal("{}", set("/~2", "1")), Code::invalid_argument);
  EXPECT_EQ(refusal("{}", set("/\xFF", "1")), Code::invalid_argument) << "no JSON string can hold it";
  EXPECT_EQ(refusal("{}", cut("")), Code::invalid_argument);
  EXPECT_EQ(refusal("{}", cut("/a")), Code::not_found);
  EXPECT_EQ(refusal("{}", cut("/a/b")), Code::not_found);
  EXPECT_EQ(refusal(R"({"a":1})", cut("/a/b")), Code::not_found);
  EXPECT_EQ(refusal("[1]", cut("/1")), Code::not_found);
  EXPECT_EQ(refusal("[1]", cut("/-")), Code::not_found);
  EXPECT_EQ(refusal("[1]", cut("/99999999999999999999999")), Code::not_found);
}

TEST(JsonSplice, TakesValuesThatAreOneJsonValueOnly) {
  for (const char* value : {"", " ", "1,\"b\":2", "1}", "nul", "{", "\"",
                            "\xEF\xBB\xBF"
                            "1",
                            "{\"a\":1,\"a\":2}", "//", "01"}) {
    EXPECT_EQ(refusal(R"({"a":1})", set("/a", value)), Code::invalid_argument) << value;
    EXPECT_EQ(refusal("[]", set("/-", value)), Code::invalid_argument) << value;
  }
}

TEST(JsonSplice, TheResultIsHeldToTheLimits) {
  Limits limits;
  limits.json_bytes = 12;
  EXPECT_EQ(refusal(R"({"a":1})", set("/b", "1000"), limits), Code::limit_exceeded);
  limits = {};
  limits.json_depth = 3;
  EXPECT_EQ(refusal("[[[]]]", set("/0/0/-", "[]"), limits), Code::limit_exceeded);
  EXPECT_TRUE(splice_json("[[]]", std::vector{set("/0/-", "[]")}, limits));
}

TEST(JsonSplice, BytesThatAreNoJsonAreRefusedWithoutHarm) {
  for (const char* raw : {"", " ", "{", "[", "[1", "[1,", "{\"a", "{\"a\"", "{\"a\":", "{\"a\\", "{a:1}", "[1 2]", "]",
                          "}", "{\"a\":}", "\"", ",", "{\"b\":1 \"a\":2}"}) {
    EXPECT_FALSE(json_value_text(raw, "/a")) << raw;
    EXPECT_FALSE(json_value_text(raw, "/5")) << raw;
    EXPECT_FALSE(splice_json(raw, std::vector{set("/a", "1")}, Limits{})) << raw;
    EXPECT_FALSE(splice_json(raw, std::vector{cut("/0/a")}, Limits{})) << raw;
    EXPECT_FALSE(json_array_items(raw)) << raw;
  }
  EXPECT_FALSE(json_value_text(std::string(1'000'000, '['), "/0/0")) << "depth costs no stack";
  EXPECT_EQ(refusal(R"({"a":1,"x":nul})", set("/a", "2")), Code::internal) << "found out in the end";
}

TEST(JsonValueText, IsAViewWithoutTheSpaceAround) {
  const std::string raw = "{ \"a\" : [ 1 , { \"b/c\" : 1.0e5 } ], \"n\":null }\n";
  EXPECT_EQ(*json_value_text(raw, ""), raw.substr(0, raw.size() - 1));
  EXPECT_EQ(*json_value_text(raw, "/a"), "[ 1 , { \"b/c\" : 1.0e5 } ]");
  EXPECT_EQ(*json_value_text(raw, "/a/1/b~1c"), "1.0e5");
  EXPECT_EQ(*json_value_text(raw, "/n"), "null");
  EXPECT_EQ(json_value_text(raw, "/a")->data(), raw.data() + 8);
  EXPECT_EQ(json_value_text(raw, "/a/2").error().code, Code::not_found);
  EXPECT_EQ(json_value_text(raw, "/a/-").error().code, Code::not_found);
  EXPECT_EQ(json_value_text(raw, "/x").error().code, Code::not_found);
  EXPECT_EQ(json_value_text(raw, "/n/x").error().code, Code::not_found);
  EXPECT_EQ(json_value_text(raw, "x").error().code, Code::invalid_argument);
}

TEST(JsonString, EscapesWhatJsonDemands) {
  EXPECT_EQ(json_string(""), "\"\"");
  EXPECT_EQ(json_string("a\"b\\c/d<&>"), R"("a\"b\\c/d<&>")");
  EXPECT_EQ(json_string("\b\f\n\r\t\x01\x7F"), "\"\\b\\f\\n\\r\\t\\u0001\x7F\"");
  EXPECT_EQ(json_string(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(json_string("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
  EXPECT_EQ(json_string("a\xFF"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xED\xA0\x80").find('\xED'), std::string::npos) << "a surrogate";
}

TEST(JsonArray, ItemsAreViews) {
  const auto items = json_array_items("[ 1 , {\"a\":[2,3]},\"x,y\" ]");
  ASSERT_TRUE(items);
  EXPECT_EQ(*items, (std::vector<std::string_view>{"1", "{\"a\":[2,3]}", "\"x,y\""}));
  EXPECT_TRUE(json_array_items("[ ]")->empty());
  for (const char* none : {"{}", "1", "", " []", "[] ", "[]]"}) EXPECT_FALSE(json_array_items(none)) << none;
}

TEST(JsonArray, RespelledKeepsItsSpacing) {
  const auto respelled = [](std::string_view array, const std::vector<std::string>& elements) {
    return respell_json_array(array, elements).value_or("error");
  };
  EXPECT_EQ(respelled("[ 1 ,\n2, 3\t]", {"1", "2", "3"}), "[ 1 ,\n2, 3\t]");
  EXPECT_EQ(respelled("[1, 2]", {"1", "2", "3", "4"}), "[1, 2, 3, 4]");
  EXPECT_EQ(respelled("[\n  1\n]", {"8", "9"}), "[\n  8,\n  9\n]");
  EXPECT_EQ(respelled("[\n  1,\n  2\n]", {"9"}), "[\n  9\n]");
  EXPECT_EQ(respelled("[1, 2]", {}), "[]");
  EXPECT_EQ(respelled("[ ]", {}), "[ ]");
  EXPECT_EQ(respelled("[ ]", {"1", "2"}), "[1,2]");
  EXPECT_EQ(respelled("[]", {"1"}), "[1]");
  EXPECT_EQ(respelled("{}", {"1"}), "error");
}

TEST(JsonMembers, KeptOnesKeepTheirSpacing) {
  const auto kept = [](std::string_view object, std::string_view names) {
    const auto keep = [&](std::string_view name) { return names.find(name) != std::string_view::npos; };
    return keep_json_members(object, keep).value_or("error");
  };
  const std::string_view pretty = "{\n  \"a\": 1.0e5,\n  \"\\u0062\": [2, 3] ,\n  \"c\" : null\n}";
  EXPECT_EQ(kept(pretty, "abc"), pretty);
  EXPECT_EQ(kept(pretty, "bc"), "{\n  \"\\u0062\": [2, 3] ,\n  \"c\" : null\n}");
  EXPECT_EQ(kept(pretty, "ac"), "{\n  \"a\": 1.0e5 ,\n  \"c\" : null\n}");
  EXPECT_EQ(kept(pretty, "ab"), "{\n  \"a\": 1.0e5,\n  \"\\u0062\": [2, 3]\n}");
  EXPECT_EQ(kept(pretty, "c"), "{\n  \"c\" : null\n}");
  EXPECT_EQ(kept(pretty, ""), "{}");
  EXPECT_EQ(kept("{ }", "a"), "{ }");
  for (const char* none : {"[]", "", "1", "{\"a\":1}x", "{\"a\"}"}) EXPECT_EQ(kept(none, "a"), "error") << none;
}

// ---- any document, any edit: what nlohmann makes of the same patch

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }
  std::string document() { return space() + value(4) + space(); }

  std::string value(std::size_t depth) {
    const std::size_t kind = below(depth == 0 ? 2 : 5);
    if (kind == 0) return scalar();
    if (kind == 1) return string();
    const bool is_object = kind != 2;
    std::vector<std::size_t> names(kNames.size());
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = i;
    for (std::size_t i = names.size(); i > 1; --i) std::swap(names[i - 1], names[below(i)]);
    std::string text(1, is_object ? '{' : '[');
    const std::size_t count = below(5);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text += ',';
      text += space();
      if (is_object) text += std::string(kNames[names[i]]) + space() + ":" + space();
      text += value(depth - 1) + space();
    }
    if (count == 0) text += space();
    return text + (is_object ? '}' : ']');
  }

 private:
  std::string space() {
    static const std::vector<std::string> all = {"", "", "", " ", "\n  ", "\r\n\t", "\t"};
    return all[below(all.size())];
  }
  std::string scalar() {
    static const std::vector<std::string> all = {
        "0",     "-0",   "1.0e5", "1E+2", "123456789012345678901234567890", "18446744073709551615",
        "-1.50", "true", "false", "null"};
    return all[below(all.size())];
  }
  std::string string() {
    static const std::vector<std::string> all = {R"("")",          R"("x")",       R"("\u0000")", R"("\ud83d\ude00\/")",
                                                 R"("}],{[\"\\")", "\"\xC3\xA9\"", R"("\\\\")"};
    return all[below(all.size())];
  }

  static constexpr std::array<std::string_view, 9> kNames = {R"("")",    R"("a")",       R"("a\/b")",
                                                             R"("a~b")", R"("\u0061a")", R"("\ud83d\ude00")",
                                                             R"("0")",   R"("-")",       R"("\"\u0000")"};
  std::mt19937_64 random_;
};

void list_pointers(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& all) {
  all.push_back(at);
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) list_pointers(value, at / name, all);
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) list_pointers(json[i], at / i, all);
  }
}

struct RandomEdit {
  JsonEdit edit;
  Json operation;  // RFC 6902
};

RandomEdit random_edit(const Json& json, RandomJson& random) {
  std::vector<Json::json_pointer> pointers;
  list_pointers(json, Json::json_pointer(), pointers);
  Json::json_pointer at = pointers[random.below(pointers.size())];
  const std::string value = random.value(2);
  if (random.below(3) == 0 && !at.empty()) return {cut(at.to_string()), {{"op", "remove"}, {"path", at.to_string()}}};
  const Json& target = json.at(at);
  if (target.is_structured() && random.below(2) == 0) {
    const bool present = target.is_object() && target.contains("new");
    at.push_back(target.is_object() ? "new" : "-");
    return {set(at.to_string(), value),
            {{"op", present ? "replace" : "add"}, {"path", at.to_string()}, {"value", Json::parse(value)}}};
  }
  return {set(at.to_string(), value), {{"op", "replace"}, {"path", at.to_string()}, {"value", Json::parse(value)}}};
}

/// A value that was set is exchanged where it stood; what is added or removed is one piece.
void expect_other_bytes_as_before(std::string_view before, std::string_view after, const JsonEdit& edit) {
  if (const auto old = json_value_text(before, edit.pointer); old && edit.kind == Kind::set) {
    const std::size_t at = std::size_t(old->data() - before.data());
    EXPECT_EQ(after, std::string(before).replace(at, old->size(), edit.value));
    return;
  }
  const bool removed = edit.kind == Kind::remove;
  const std::string_view longer = removed ? before : after, shorter = removed ? after : before;
  const auto front = std::size_t(std::ranges::mismatch(shorter, longer).in1 - shorter.begin());
  EXPECT_LT(shorter.size(), longer.size());
  EXPECT_TRUE(longer.ends_with(shorter.substr(front))) << before << " -> " << after;
}

TEST(JsonSplice, AgreesWithNlohmannOnRandomDocuments) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    RandomJson random(seed);
    const std::string raw = random.document();
    std::string text = raw;
    Json model = Json::parse(raw);
    std::vector<JsonEdit> edits;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto [edit, operation] = random_edit(model, random);
      model = model.patch(Json::array({operation}));
      const auto next = splice_json(text, std::vector{edit}, Limits{});
      ASSERT_TRUE(next) << "seed " << seed << " " << text << " " << operation << ": " << describe(next.error());
      ASSERT_EQ(Json::parse(*next), model) << "seed " << seed << " " << text << " " << operation << " -> " << *next;
      expect_other_bytes_as_before(text, *next, edit);
      ASSERT_FALSE(testing::Test::HasFailure())
          << "seed " << seed << " " << text << " " << operation << " -> " << *next;
      edits.push_back(edit);
      text = *next;
    }
    EXPECT_EQ(splice_json(raw, edits, Limits{}).value_or("error"), text) << "seed " << seed << ": all at once";
  }
}

}  // namespace
}  // namespace ocitidy
