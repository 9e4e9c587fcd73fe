// report_golden_test.cc - lint reports, as text and as JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/text_style.h"
#include "support/golden.h"
#include "support/report_samples.h"

namespace ocitidy::test {
namespace {

std::string text_of(const Report& report, Colour colour) {
  return collect([&](const Write& write) { write_text(report, colour, write); });
}

std::string json_of(const Report& report) {
  return collect([&](const Write& write) { write_json(report, write); });
}

TEST(ReportText, ordinary) { expect_golden("report-ordinary.txt", text_of(ordinary_report(), Colour::never)); }
TEST(ReportText, colour) { expect_golden("report-ordinary-colour.txt", text_of(ordinary_report(), Colour::always)); }
TEST(ReportText, clean) { expect_golden("report-clean.txt", text_of(clean_report(), Colour::never)); }
TEST(ReportText, artifact) { expect_golden("report-artifact.txt", text_of(artifact_report(), Colour::never)); }

TEST(ReportText, hostile) {
  const std::string text = text_of(hostile_report(), Colour::never);
  expect_safe_for_terminal(text);
  expect_no_log_commands(text);
  expect_golden("report-hostile.txt", text);
  const std::string coloured = text_of(hostile_report(), Colour::always);
  expect_safe_for_terminal(coloured, Escapes::allowed);
  expect_no_log_commands(coloured);
}

TEST(ReportText, colourOnlyAddsSequences) {
  std::string coloured = text_of(ordinary_report(), Colour::always);
  for (std::size_t at = 0; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  }
  EXPECT_EQ(coloured, text_of(ordinary_report(), Colour::never));
}

TEST(ReportText, atMostTenFindingsOfARule) {
  const std::string text = text_of(ordinary_report(), Colour::never);
  std::size_t blocks = 0;
  for (std::size_t at = 0; (at = text.find("what: left by apt", at)) != std::string::npos; ++at) ++blocks;
  EXPECT_EQ(blocks, 10U);
  EXPECT_NE(text.find("... and 2 more (150 KiB)"), std::string::npos) << text;
}

TEST(ReportText, verdictFollowsCategoryAndEvidence) {
  const auto last_line = [](RuleInfo info, bool applicable) {
    Report report = clean_report();
    report.runs.resize(1);
    report.runs[0].rule = &info;
    report.runs[0].outcome.applicable = applicable;
    if (applicable) report.runs[0].findings.resize(1);
    const std::string text = text_of(report, Colour::never);
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
  };
  RuleInfo info = *clean_report().runs[0].rule;
  EXPECT_EQ(last_line(info, true), "1 error: Lambda will refuse this image (1 rule checked)\n");
  info.evidence = Evidence::inferred;
  EXPECT_EQ(last_line(info, true), "1 error: Lambda will probably refuse this image (1 rule checked)\n");
  info.category = Category::startup;
  EXPECT_EQ(last_line(info, true), "1 error: the function will probably not start (1 rule checked)\n");
  info.evidence = Evidence::observed;
  EXPECT_EQ(last_line(info, true), "1 error: the function will not start (1 rule checked)\n");
  info.severity = Severity::info;
  EXPECT_EQ(last_line(info, true),
            "no errors, 1 info: nothing known stands against Lambda taking this image (1 rule checked)\n");
  EXPECT_EQ(last_line(info, false),
            "no errors: no rule applies, so nothing is known about this image (0 rules checked, 1 not applicable)\n");
}

TEST(ReportText, theUnpackedSizeIsALowerBoundWhereALayerIsUnseen) {
  Report report = clean_report();
  report.image.layers[2].contents = LayerContents::absent;
  report.image.layers[2].tar_bytes = 0;
  const std::string text = text_of(report, Colour::never);
  EXPECT_NE(text.find("over 11.4 MiB unpacked"), std::string::npos) << text;
}

TEST(ReportText, aFixIsPrintedOnce) {
  const std::string text = text_of(ordinary_report(), Colour::never);
  const std::size_t warning = text.find("fix: delete it"), info = text.find("fix: delete it", warning + 1);
  ASSERT_NE(warning, std::string::npos);
  ASSERT_NE(info, std::string::npos) << "each group of findings says what to do";
  EXPECT_EQ(text.find("fix: delete it", info + 1), std::string::npos);
}

TEST(ShownText, isCutBetweenCharactersAndMarked) {
  const std::string euros = "ab\u20ac\u20ac";  // three bytes each
  EXPECT_EQ(shown(euros, 8), euros);
  EXPECT_EQ(shown(euros, 7), "ab\u20ac...");
  EXPECT_EQ(shown(euros, 6), "ab\u20ac...");
  EXPECT_EQ(shown(euros, 5), "ab\u20ac...");
  EXPECT_EQ(shown(euros, 4), "ab...");
  EXPECT_EQ(shown("\x1b\x1b\x1b", 2), "\\x1b\\x1b...");
  EXPECT_EQ(shown(std::string(9, '\x80'), 6), "\\x80\\x80\\x80...") << "bytes that are no text end the search";
}

TEST(ReportJson, ordinary) { expect_golden("report-ordinary.json", json_of(ordinary_report())); }
TEST(ReportJson, artifact) { expect_golden("report-artifact.json", json_of(artifact_report())); }

TEST(ReportJson, hostileIsLossless) {
  const std::string text = json_of(hostile_report());
  expect_safe_for_terminal(text);
  expect_golden("report-hostile.json", text);
  const auto json = nlohmann::json::parse(text);
  const auto expect_exact = [](const nlohmann::json& object, const char* name, const std::string& bytes) {
    EXPECT_EQ(object.at(name), to_utf8(bytes)) << name;
    EXPECT_EQ(object.at(cat(name, "Base64")), base64(bytes)) << name;
  };
  const Report report = hostile_report();
  expect_exact(json["image"], "reference", report.image.reference);
  expect_exact(json["image"], "manifestMediaType", report.image.manifest_media_type);
  expect_exact(json["image"]["platform"], "os", report.image.platform.os);
  expect_exact(json["image"]["platform"], "architecture", report.image.platform.architecture);
  expect_exact(json["image"]["platform"], "variant", report.image.platform.variant);
  expect_exact(json["image"]["layers"][0], "mediaType", report.image.layers[0].media_type);
  expect_exact(json["image"]["layers"][0], "createdBy", report.image.layers[0].created_by);
  const nlohmann::json& finding = json["findings"][0];
  expect_exact(finding, "message", hostile("message"));
  expect_exact(finding, "fix", hostile("fix"));
  expect_exact(finding["locations"][0], "path", hostile("path"));
  expect_exact(finding["locations"][0], "createdBy", report.image.layers[0].created_by);
  expect_exact(finding["locations"][1], "jsonPointer", hostile("pointer"));
  EXPECT_FALSE(finding["locations"][1].contains("layerDigest")) << "there is no layer 7";
  expect_exact(json["rules"][1], "reason", hostile("reason"));
  EXPECT_EQ(json["summary"]["wastedBytes"], ~std::uint64_t{0}) << "a sum that cannot be must not wrap round";
  EXPECT_EQ(json["findings"][1]["severity"], "info");
}

TEST(ReportJson, utf8TextHasNoSecondMember) {
  const auto json = nlohmann::json::parse(json_of(ordinary_report()));
  const nlohmann::json& where = json["findings"][0]["locations"][0];
  EXPECT_EQ(where["path"], "var/task/lib/\u00fcber.py");
  EXPECT_FALSE(where.contains("pathBase64"));
  EXPECT_EQ(json["summary"]["errors"], 1);
  EXPECT_EQ(json["summary"]["warnings"], 1);
  EXPECT_EQ(json["summary"]["infos"], 11);
}

}  // namespace
}  // namespace ocitidy::test
