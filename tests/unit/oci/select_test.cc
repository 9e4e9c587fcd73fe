// select_test - one out of several, and the list when it is not one.
#include "oci/select.h"

#include <gtest/gtest.h>

#include "base/hasher.h"
#include "base/text.h"

namespace ocitidy {
namespace {

Selector named(std::string name) {
  return {.kind = Selector::Kind::name, .name = std::move(name), .index = 0, .digest = {}};
}
Selector at(std::uint64_t index) { return {.kind = Selector::Kind::index, .name = {}, .index = index, .digest = {}}; }

const std::vector<Candidate> kThree = {{{"v1", "docker.io/library/app:v1"}, digest_of("a")},
                                       {{"v2", "docker.io/library/app:v2"}, digest_of("b")},
                                       {{"stable"}, digest_of("b")}};

Result<std::size_t> pick(const Selector& selector, std::string_view platform = "") {
  std::optional<Platform> wanted;
  if (!platform.empty()) wanted = *Platform::parse(platform);
  return select_one(kThree, selector, wanted, [](std::size_t i) {
    return std::vector<Platform>{{.os = "linux", .architecture = i == 0 ? "arm64" : "amd64", .variant = ""}};
  });
}

TEST(Select, ByNamePositionAndPlatform) {
  EXPECT_EQ(pick(named("v1")).value(), 0U);
  EXPECT_EQ(pick(named("app:v2")).value(), 1U);
  EXPECT_EQ(pick(named("stable")).value(), 2U);
  EXPECT_EQ(pick(at(1)).value(), 1U);
  EXPECT_EQ(pick({}, "linux/arm64").value(), 0U);
  EXPECT_EQ(pick({}, "linux/amd64").value(), 1U) << "one digest under two names is one image";
}

TEST(Select, TagAloneIsTheLastResort) {
  const std::vector<Candidate> candidates = {
      {{"app:v1"}, digest_of("a")}, {{"v1"}, digest_of("b")}, {{"app:v3"}, digest_of("c")}};
  const auto none = [](std::size_t) { return std::vector<Platform>(); };
  EXPECT_EQ(select_one(candidates, named("v1"), {}, none).value(), 1U) << "an equal name wins";
  EXPECT_EQ(select_one(candidates, named("v3"), {}, none).value(), 2U);
}

TEST(Select, NeverTheFirstOfSeveral) {
  const auto several = pick({});
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, Code::invalid_argument);
  EXPECT_EQ(several.error().message,
            cat("2 images; name one with :TAG, :@INDEX or --platform: @0 'v1' 'docker.io/library/app:v1' ",
                digest_of("a").str(), " linux/arm64; @1 'v2' 'docker.io/library/app:v2' ", digest_of("b").str(),
                " linux/amd64"));
}

TEST(Select, ListsWhatIsThereWhenNothingFits) {
  EXPECT_TRUE(pick(named("nope")).error().message.starts_with("no image for 'nope'; there are: @0 'v1'"))
      << pick(named("nope")).error().message;
  EXPECT_TRUE(pick(at(3)).error().message.starts_with("no image for @3"));
  EXPECT_TRUE(pick({}, "linux/s390x").error().message.starts_with("none of 2 images is for linux/s390x: @0 "));
}

TEST(Select, TheListIsBoundedAndEscaped) {
  std::vector<Candidate> many;
  for (int i = 0; i < 1000; ++i) many.push_back({{cat("t", i, "\x1b[2J")}, digest_of(cat(i))});
  const auto result = select_one(many, {}, {}, [](std::size_t) { return std::vector<Platform>(); });
  ASSERT_FALSE(result);
  EXPECT_LT(result.error().message.size(), 4000U);
  EXPECT_TRUE(result.error().message.ends_with("; and 980 more")) << result.error().message;
  EXPECT_EQ(result.error().message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace ocitidy
