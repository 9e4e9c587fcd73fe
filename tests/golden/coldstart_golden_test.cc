// coldstart_golden_test.cc - estimates of cold starts, as text and as JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/golden.h"
#include "support/report_samples.h"

namespace ocitidy::test {
namespace {

std::string text_of(const ColdStartReport& report) {
  return collect([&](const Write& write) { write_text(report, Colour::never, write); });
}

std::string json_of(const ColdStartReport& report) {
  return collect([&](const Write& write) { write_json(report, write); });
}

TEST(ColdStartText, ordinary) { expect_golden("coldstart-ordinary.txt", text_of(ordinary_coldstart())); }

TEST(ColdStartText, unknown) { expect_golden("coldstart-unknown.txt", text_of(unknown_coldstart())); }

TEST(ColdStartText, beginsWithWhatIsNewAndSaysEstimate) {
  EXPECT_TRUE(text_of(ordinary_coldstart())
                  .starts_with("new    61 of 663 chunks (9.2 %, 30.5 MiB), an estimate; not in: the base, "));
  EXPECT_TRUE(text_of(unknown_coldstart()).starts_with("new    not known of 70000 chunks (34.1 GiB, an estimate): "));
}

TEST(ColdStartText, hostile) {
  const std::string text = text_of(hostile_coldstart());
  expect_safe_for_terminal(text);
  expect_no_log_commands(text);
  expect_golden("coldstart-hostile.txt", text);
}

TEST(ColdStartJson, ordinary) { expect_golden("coldstart-ordinary.json", json_of(ordinary_coldstart())); }

TEST(ColdStartJson, whatIsNotKnownIsNull) {
  const std::string text = json_of(unknown_coldstart());
  expect_golden("coldstart-unknown.json", text);
  const auto json = nlohmann::json::parse(text);
  EXPECT_TRUE(json["chunks"]["new"].is_null());
  EXPECT_TRUE(json["chunks"]["sharedWithBase"].is_null());
  EXPECT_TRUE(json["image"]["layers"][0]["newChunks"].is_null());
  EXPECT_TRUE(json["start"]["newChunks"].is_null());
  EXPECT_TRUE(json["budget"].is_null());
}

TEST(ColdStartJson, hostileIsLossless) {
  const std::string text = json_of(hostile_coldstart());
  expect_safe_for_terminal(text);
  expect_golden("coldstart-hostile.json", text);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["components"][0]["nameBase64"], base64(hostile("component")));
  EXPECT_EQ(json["start"]["missingBase64"][0], base64(hostile("missing")));
  EXPECT_EQ(json["against"][0]["referenceBase64"], base64(hostile("against")));
}

}  // namespace
}  // namespace ocitidy::test
