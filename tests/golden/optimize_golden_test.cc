// optimize_golden_test.cc - what optimize and verify say, as text and as JSON, and certificates there and back.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/golden.h"
#include "support/optimize_samples.h"
#include "support/report_samples.h"

namespace ocitidy::test {
namespace {

template <class Value>
std::string text_of(const Value& value, Colour colour = Colour::never) {
  return collect([&](const Write& write) { write_text(value, colour, write); });
}

template <class Value>
std::string json_of(const Value& value) {
  return collect([&](const Write& write) { write_json(value, write); });
}

std::string json_of(const Certificate& certificate) {
  return collect([&](const Write& write) { write_certificate(certificate, write); });
}

template <class Value>
void expect_harmless(const Value& value) {
  const std::string text = text_of(value);
  expect_safe_for_terminal(text);
  expect_no_log_commands(text);
  const std::string coloured = text_of(value, Colour::always);
  expect_safe_for_terminal(coloured, Escapes::allowed);
  expect_no_log_commands(coloured);
  const std::string json = json_of(value);
  expect_safe_for_terminal(json);
  expect_no_log_commands(json);
}

template <class Value>
void expect_colour_only_adds_sequences(const Value& value) {
  std::string coloured = text_of(value, Colour::always);
  for (std::size_t at = 0; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  }
  EXPECT_EQ(coloured, text_of(value));
}

TEST(OptimizeText, ordinary) { expect_golden("optimize-ordinary.txt", text_of(ordinary_optimize_report())); }
TEST(OptimizeText, changed) { expect_golden("optimize-changed.txt", text_of(changed_optimize_report())); }
TEST(OptimizeText, planned) { expect_golden("optimize-planned.txt", text_of(planned_optimize_report())); }

TEST(OptimizeText, hostile) {
  expect_harmless(hostile_optimize_report());
  expect_golden("optimize-hostile.txt", text_of(hostile_optimize_report()));
}

TEST(OptimizeText, colourOnlyAddsSequences) {
  expect_colour_only_adds_sequences(ordinary_optimize_report());
  expect_colour_only_adds_sequences(equal_verification());
  expect_colour_only_adds_sequences(hostile_verification());
}

TEST(OptimizeText, theLargestEditsOfAPassComeFirst) {
  const std::string text = text_of(ordinary_optimize_report());
  EXPECT_LT(text.find("/opt/lib/3.so"), text.find("/opt/lib/7.so"));
  EXPECT_LT(text.find("/opt/lib/7.so"), text.find("/opt/lib/6.so"));
  EXPECT_EQ(text.find("/opt/lib/2.so"), std::string::npos);
  EXPECT_NE(text.find("  and 3 more\n"), std::string::npos) << text;
}

TEST(OptimizeJson, ordinary) { expect_golden("optimize-report-ordinary.json", json_of(ordinary_optimize_report())); }
TEST(OptimizeJson, changed) { expect_golden("optimize-report-changed.json", json_of(changed_optimize_report())); }
TEST(OptimizeJson, planned) { expect_golden("optimize-report-planned.json", json_of(planned_optimize_report())); }

TEST(OptimizeJson, hostileIsLossless) {
  const std::string text = json_of(hostile_optimize_report());
  expect_golden("optimize-report-hostile.json", text);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["edits"][0]["path"], to_utf8(hostile("path")));
  EXPECT_EQ(json["edits"][0]["pathBase64"], base64(hostile("path")));
  EXPECT_EQ(json["edits"][0]["detailBase64"], base64(hostile("detail")));
  EXPECT_EQ(json["base"]["evidenceBase64"], base64(hostile("evidence")));
  EXPECT_EQ(json["passes"][1]["reasonBase64"], base64(hostile("reason")));
  EXPECT_EQ(json["notesBase64"][0], base64(hostile("note")));
}

TEST(VerificationText, equal) { expect_golden("verification-equal.txt", text_of(equal_verification())); }
TEST(VerificationText, certified) { expect_golden("verification-certified.txt", text_of(certified_verification())); }
TEST(VerificationText, hostile) {
  expect_harmless(hostile_verification());
  expect_golden("verification-hostile.txt", text_of(hostile_verification()));
}

TEST(VerificationJson, equal) { expect_golden("verification-equal.json", json_of(equal_verification())); }
TEST(VerificationJson, hostile) { expect_golden("verification-hostile.json", json_of(hostile_verification())); }

void expect_survives(const Certificate& certificate) {
  const auto read = parse_certificate(json_of(certificate), {});
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->tool_version, certificate.tool_version);
  EXPECT_EQ(read->input_manifest, certificate.input_manifest);
  EXPECT_EQ(read->output_manifest, certificate.output_manifest);
  EXPECT_EQ(read->tree_before, certificate.tree_before);
  EXPECT_EQ(read->tree_after, certificate.tree_after);
  EXPECT_EQ(read->mask, certificate.mask);
  EXPECT_EQ(read->env, certificate.env);
  ASSERT_EQ(read->changes.size(), certificate.changes.size());
  for (std::size_t i = 0; i < read->changes.size(); ++i) {
    const TreeChange &is = read->changes[i], &was = certificate.changes[i];
    EXPECT_EQ(is.path, was.path);
    EXPECT_EQ(is.before, was.before);
    EXPECT_EQ(is.after, was.after);
    EXPECT_EQ(is.linked_to, was.linked_to);
    EXPECT_EQ(is.pass, was.pass);
    EXPECT_EQ(is.reason, was.reason);
  }
}

TEST(CertificateJson, changed) { expect_golden("certificate-changed.json", json_of(changed_certificate())); }
TEST(CertificateJson, hostile) { expect_golden("certificate-hostile.json", json_of(hostile_certificate())); }

TEST(CertificateJson, isReadBackAsItWas) {
  expect_survives(changed_certificate());
  expect_survives(hostile_certificate());
}

}  // namespace
}  // namespace ocitidy::test
