// Edges of the rules about ENV, ENTRYPOINT, CMD and the manifest's size: one below, at and one above each limit.
#include <gtest/gtest.h>

#include <functional>

#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

Image image_with(const std::function<void(ImageSpec&)>& change) {
  auto recipe = parse_recipe("base healthy");
  change(recipe->image);
  return build_image(recipe->image).image;
}

TEST(ReservedVariable, KeepsCredentialsToItself) {
  for (const Finding& finding :
       expect_finds("reserved-variable", "config env AWS_SECRET_ACCESS_KEY=s3cret ; env AWS_SESSION_TOKEN=t0ken")) {
    EXPECT_EQ(cat(finding.message, finding.fix).find("s3cret"), std::string::npos) << finding.message;
    EXPECT_EQ(cat(finding.message, finding.fix).find("t0ken"), std::string::npos) << finding.message;
  }
}

TEST(ReservedVariable, JudgesTheLastOfSeveral) {
  expect_silent("reserved-variable", "config env LAMBDA_TASK_ROOT=/app ; env LAMBDA_TASK_ROOT=/var/task");
  const auto findings = expect_finds("reserved-variable", "config env AWS_REGION=a ; env X=1 ; env AWS_REGION=b");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where.front().json_pointer, "/config/Env/2");
}

TEST(ReservedVariable, LeavesEmptyAndSimilarNamesAlone) {
  expect_silent("reserved-variable",
                "config env AWS_REGION= ; env AWS_REGIONS=a ; env aws_region=a ; env AWS_XRAY_X=1");
  const Image no_equals = image_with([](ImageSpec& spec) { spec.env = {"AWS_REGION", ""}; });
  expect_silent("reserved-variable", no_equals);
  expect_not_applicable("reserved-variable", "artifact application/x");
}

TEST(TooManyLayers, CountsToTheLayer) {
  const auto severity = [](int layers) {
    return expect_finds("too-many-layers", cat("base none\nlayers ", layers)).at(0).severity;
  };
  expect_silent("too-many-layers", "base none\nlayers 40");
  EXPECT_EQ(severity(41), Severity::info);
  EXPECT_EQ(severity(127), Severity::info);
  EXPECT_EQ(severity(128), Severity::warning);
  EXPECT_EQ(severity(500), Severity::warning);
  EXPECT_EQ(severity(501), Severity::error);
}

TEST(LargeManifest, CountsToTheByte) {
  const auto with_padding = [](std::size_t bytes) {
    return image_with([&](ImageSpec& spec) { spec.annotations["a"] = std::string(bytes, 'x'); });
  };
  const std::size_t without = with_padding(0).root.size_bytes;
  expect_silent("large-manifest", with_padding(25'400 - without));
  expect_finds("large-manifest", with_padding(25'401 - without));
  expect_not_applicable("large-manifest", "transport docker-archive\nannotation a=b size=30k");
}

TEST(OversizedSettings, CountsWordsAndBytes) {
  const auto with_cmd = [](std::size_t words, std::size_t bytes) {
    return image_with([&](ImageSpec& spec) {
      spec.entrypoint.clear();
      spec.working_dir.clear();
      spec.cmd.assign(words, "");
      spec.cmd[0] = std::string(bytes, 'x');
    });
  };
  expect_silent("oversized-settings", with_cmd(1500, 16'384));
  EXPECT_EQ(expect_finds("oversized-settings", with_cmd(1501, 1)).at(0).where.front().json_pointer, "/config/Cmd");
  const auto findings = expect_finds("oversized-settings", with_cmd(1, 16'385));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::warning);
}

TEST(IgnoredSetting, ShortensLongLists) {
  const auto findings = expect_finds("ignored-setting",
                                     "config expose 1/tcp ; expose 2/tcp ; expose 3/tcp ; expose 4/tcp ; expose 5/tcp");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("EXPOSE '1/tcp', '2/tcp', '3/tcp' and 2 more"), std::string::npos)
      << findings[0].message;
  expect_not_applicable("ignored-setting", "artifact application/x");
}

TEST(UnusablePort, ReadsOddValues) {
  const std::string adapter = "base healthy\nlayer\nfile opt/extensions/lambda-adapter 0755 elf64\n";
  for (const char* value : {"0", "", "http", "80x", "-1", "99999999999", "1024", "65536"}) {
    expect_silent("unusable-port", cat("config env PORT=", value, "\n", adapter));
  }
  expect_finds("unusable-port", cat("config env PORT=1023\n", adapter));
  expect_finds("unusable-port", cat("config env PORT=9001\n", adapter));
  expect_silent("unusable-port", "config env PORT=3000");
  EXPECT_EQ(expect_finds("unusable-port", cat("config env PORT=8080 ; expose 80/tcp\n", adapter)).at(0).severity,
            Severity::info);
}

}  // namespace
}  // namespace ocitidy::test
