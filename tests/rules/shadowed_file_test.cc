// Edges of shadowed-file: the threshold, every cause, and images with very many hidden files.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "shadowed-file";

std::uint64_t sum(const std::vector<Finding>& findings) {
  return std::accumulate(findings.begin(), findings.end(), std::uint64_t{0},
                         [](std::uint64_t total, const Finding& finding) { return total + finding.wasted_bytes; });
}

std::string deleted(std::uint64_t bytes) {
  return cat("base healthy\nlayer\nfile opt/a size=", bytes, "\nlayer\nwhiteout opt/a\n");
}

TEST(ShadowedFile, StartsAtTheThreshold) {
  expect_silent(kRule, deleted(4095));
  EXPECT_EQ(sum(expect_finds(kRule, deleted(4096))), 4096u);
  EXPECT_EQ(sum(expect_finds(kRule, deleted(4097))), 4097u);
  LintOptions options;
  options.min_waste_bytes = 10;
  expect_silent(kRule, deleted(9), options);
  EXPECT_EQ(sum(expect_finds(kRule, deleted(10), options)), 10u);
}

TEST(ShadowedFile, NamesTheLayerThatHides) {
  const std::vector<Finding> findings = expect_finds(kRule, deleted(5000));
  ASSERT_EQ(findings.size(), 1u);
  ASSERT_EQ(findings[0].where.size(), 2u);
  EXPECT_EQ(findings[0].where[0].layer, 1u);
  EXPECT_EQ(findings[0].where[1].layer, 2u);
  EXPECT_EQ(findings[0].where[1].path, "opt/a");
}

std::string message_of_copy(std::string_view before, std::string_view after) {
  const std::vector<Finding> findings =
      expect_finds(kRule, cat("base healthy\nlayer\nfile opt/a size=8k ", before, "\nlayer\nfile opt/a ", after));
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? "" : findings.front().message;
}

TEST(ShadowedFile, SaysWhatACopyChanged) {
  EXPECT_NE(message_of_copy("0644", "size=8k 0755 uid=5").find("probably only mode and owner changed"),
            std::string::npos);
  EXPECT_NE(message_of_copy("", "size=8k mtime=5").find("overwritten in layer 2"), std::string::npos)
      << "a file written anew may keep its size";
  EXPECT_NE(message_of_copy("", "size=8k xattr=user.a:b").find("only extended attributes"), std::string::npos);
  EXPECT_NE(message_of_copy("", "size=8k").find("overwritten in layer 2"), std::string::npos);
  EXPECT_NE(message_of_copy("", "size=9k 0755").find("overwritten in layer 2"), std::string::npos);
  EXPECT_NE(message_of_copy("", "size=7k").find("overwritten in layer 2"), std::string::npos);
}

TEST(ShadowedFile, SparesWhatCanStillBeReached) {
  expect_silent(kRule, "base healthy\nlayer\nfile opt/a size=8k\nlayer\nhardlink opt/b -> opt/a\nwhiteout opt/a");
  expect_silent(kRule, "base healthy\nlayer\nfile opt/a size=8k\nlayer\nwhiteout opt/none\nopaque srv");
  expect_finds(kRule, "base healthy\nlayer\nfile opt/a size=8k\nhardlink opt/b -> opt/a\nlayer\nwhiteout opt");
}

TEST(ShadowedFile, CountsEveryHiddenByteOfManyFiles) {
  constexpr int kFiles = 100'000;
  ImageSpec spec;
  spec.layers.resize(2);
  for (int i = 0; i < kFiles; ++i) {
    Member member;
    member.name = cat("srv/d", i % 97, "/e", i % 1009, "/f", i);
    member.content.size_bytes = 16;
    spec.layers[0].members.push_back(std::move(member));
  }
  Member whiteout;
  whiteout.name = ".wh.srv";
  spec.layers[1].members.push_back(std::move(whiteout));
  const std::vector<Finding> findings = expect_finds(kRule, build_image(spec).image);
  EXPECT_LE(findings.size(), 20u);
  EXPECT_EQ(sum(findings), std::uint64_t{16} * kFiles);
}

TEST(ShadowedFile, FoldsWhatIsTooManyIntoTheLastFinding) {
  // Each of 300 layers overwrites the file of the one below: 299 pairs of layers, none of which can be grouped.
  for (const std::uint64_t layers : {std::uint64_t{201}, std::uint64_t{202}, std::uint64_t{300}}) {
    ImageSpec spec;
    spec.layers.resize(layers);
    std::uint64_t hidden_bytes = 0;
    for (std::uint64_t i = 0; i < layers; ++i) {
      Member member;
      member.name = "a";
      member.content.size_bytes = 5000 + i;
      if (i + 1 < layers) hidden_bytes += member.content.size_bytes;
      spec.layers[i].members.push_back(std::move(member));
    }
    const std::vector<Finding> findings = expect_finds(kRule, build_image(spec).image);
    EXPECT_EQ(findings.size(), 200u);
    EXPECT_EQ(sum(findings), hidden_bytes);
    const bool folded = std::ranges::any_of(findings, [](const Finding& finding) { return finding.where.empty(); });
    EXPECT_EQ(folded, layers > 201);
  }
}

TEST(ShadowedFile, SaysWhatItCannotJudge) {
  expect_not_applicable(kRule, "base none");
  expect_not_applicable(kRule, "base healthy");
  expect_not_applicable(kRule, "artifact application/x");
  expect_silent(kRule, "base healthy\nlayer\nfile opt/a size=8k");
}

}  // namespace
}  // namespace ocitidy::test
