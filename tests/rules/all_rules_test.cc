// The table of rules and the pages built into the library.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "formats/secret_file.h"
#include "lint/engine.h"
#include "lint/rules/pages.h"
#include "ocitidy/rule.h"

namespace ocitidy {
namespace {

TEST(AllRules, IsSortedAndComplete) {
  ASSERT_FALSE(all_rules().empty());
  EXPECT_TRUE(std::ranges::is_sorted(all_rules(), {}, [](const Rule* rule) { return rule->info.id; }));
  for (const Rule* rule : all_rules()) {
    EXPECT_EQ(find_rule(rule->info.id), rule);
    EXPECT_NE(rule->check, nullptr);
    EXPECT_FALSE(rule->info.title.empty() || rule->info.title.ends_with('.')) << rule->info.id;
    EXPECT_FALSE(rule_page(rule->info.id).empty()) << rule->info.id;
  }
  EXPECT_EQ(find_rule("no-such-rule"), nullptr);
  EXPECT_EQ(find_rule(""), nullptr);
  EXPECT_EQ(rule_page("no-such-rule"), "");
}

/// Every file is matched against every query while it passes by.
TEST(AllRules, RulesThatShareAListAskOnce) {
  const Rule* const both[] = {find_rule("deleted-secret"), find_rule("secret-file")};
  EXPECT_EQ(reads_of(both).size(), kSecretFiles.size());
}

/// CMake eats some bytes when a text passes through a list or a configured file. RulePageTest compares each page with
/// its file; that proves something only while the pages hold these bytes.
TEST(AllRules, PagesHoldTheBytesThatCMakeEats) {
  std::string all;
  for (const rules::Page& page : rules::pages()) all += page.text;
  for (const std::string_view bytes : {";", "[", "]", "$", "\\;", "\\x", "\"", "`", "#"}) {
    EXPECT_NE(all.find(bytes), std::string::npos) << bytes;
  }
  EXPECT_TRUE(std::ranges::is_sorted(rules::pages(), {}, &rules::Page::id));
}

}  // namespace
}  // namespace ocitidy
