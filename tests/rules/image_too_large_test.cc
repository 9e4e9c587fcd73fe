// Thresholds of image-too-large, byte by byte.
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "image-too-large";
constexpr std::uint64_t kLimit = std::uint64_t{10} << 30;
constexpr std::uint64_t kNear = 9'663'676'416;  // 90 % of it
constexpr std::uint64_t kDecimal = 10'000'000'000;

std::string image(std::uint64_t bytes) { return cat("layer\nfile opt/model size=", bytes, " sparse\n"); }

Finding only_finding(std::string_view recipe) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Finding{} : findings.front();
}

bool says(const Finding& finding, std::string_view part) { return finding.message.find(part) != std::string::npos; }

TEST(ImageTooLarge, WarnsFromNinetyPercent) {
  expect_silent(kRule, image(kNear - 1));
  EXPECT_EQ(only_finding(image(kNear)).severity, Severity::warning);
  EXPECT_TRUE(says(only_finding(image(kNear + 1)), "over 90 %"));
}

TEST(ImageTooLarge, NamesTheDecimalLimit) {
  EXPECT_TRUE(says(only_finding(image(kDecimal - 1)), "over 90 %"));
  EXPECT_TRUE(says(only_finding(image(kDecimal)), "over 10 GB"));
}

TEST(ImageTooLarge, IsAnErrorOverTheLimitOnly) {
  EXPECT_EQ(only_finding(image(kLimit - 1)).severity, Severity::warning);
  EXPECT_EQ(only_finding(image(kLimit)).severity, Severity::warning);
  const Finding over = only_finding(image(kLimit + 1));
  EXPECT_EQ(over.severity, Severity::error);
  EXPECT_EQ(over.wasted_bytes, 1u);
}

TEST(ImageTooLarge, CountsEachHardLinkedFileOnce) {
  const Finding finding =
      only_finding(image(kNear) + "hardlink opt/again -> opt/model\nhardlink opt/third -> opt/model");
  EXPECT_TRUE(says(finding, "9.0 GiB flattened, 9.0 GiB in all layers")) << finding.message;
}

TEST(ImageTooLarge, HiddenBytesAloneAreAWarning) {
  const Finding finding = only_finding(image(kLimit) + "layer\nwhiteout opt/model\nfile opt/x size=1k");
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_TRUE(says(finding, "whether hidden bytes count is not documented")) << finding.message;
  EXPECT_TRUE(says(finding, "10.0 GiB hidden")) << finding.message;
}

TEST(ImageTooLarge, NamesTheLargestFilesOnly) {
  const Finding finding = only_finding(image(kNear) +
                                       "file opt/tiny size=1k\nlayer\nfile opt/b size=200M sparse\nfile opt/c "
                                       "size=300M sparse\nfile opt/d size=150M sparse");
  ASSERT_EQ(finding.where.size(), 3u);
  EXPECT_EQ(finding.where[0].path, "opt/model");
  EXPECT_EQ(finding.where[1].path, "opt/c");
  EXPECT_EQ(finding.where[1].layer, 1u);
  EXPECT_EQ(finding.where[2].path, "opt/b");
}

TEST(ImageTooLarge, SaysWhatItCannotJudge) {
  expect_silent(kRule, "base none");
  expect_not_applicable(kRule, "artifact application/x");
  expect_not_applicable(kRule, "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar absent");
}

}  // namespace
}  // namespace ocitidy::test
