// inspection_golden_test.cc - inspections, as text and as JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/golden.h"
#include "support/report_samples.h"

namespace ocitidy::test {
namespace {

std::string text_of(const Inspection& inspection, Colour colour) {
  return collect([&](const Write& write) { write_text(inspection, colour, write); });
}

std::string json_of(const Inspection& inspection) {
  return collect([&](const Write& write) { write_json(inspection, write); });
}

TEST(InspectionText, ordinary) {
  expect_golden("inspection-ordinary.txt", text_of(ordinary_inspection(), Colour::never));
}

TEST(InspectionText, hostile) {
  const std::string text = text_of(hostile_inspection(), Colour::never);
  expect_safe_for_terminal(text);
  expect_no_log_commands(text);
  expect_golden("inspection-hostile.txt", text);
}

TEST(InspectionJson, ordinary) { expect_golden("inspection-ordinary.json", json_of(ordinary_inspection())); }

TEST(InspectionJson, hostileIsLossless) {
  const std::string text = json_of(hostile_inspection());
  expect_safe_for_terminal(text);
  expect_golden("inspection-hostile.json", text);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["start"]["entrypoint"][1], to_utf8(hostile("entrypoint")));
  EXPECT_EQ(json["start"]["entrypointBase64"][0], base64("/ok")) << "the second list holds every item";
  EXPECT_EQ(json["start"]["entrypointBase64"][1], base64(hostile("entrypoint")));
  EXPECT_EQ(json["start"]["workingDirBase64"], base64(hostile("workdir")));
  EXPECT_EQ(json["start"]["userBase64"], base64(hostile("user")));
}

TEST(InspectionJson, numbersReadBackExactly) {
  const auto json = nlohmann::json::parse(json_of(ordinary_inspection()));
  EXPECT_EQ(json["efficiency"].get<double>(), ordinary_inspection().efficiency);
  EXPECT_EQ(json["diveScore"].get<double>(), ordinary_inspection().dive_score);
}

}  // namespace
}  // namespace ocitidy::test
