// How likely components are to stay as they are, and by what that is known.
#include "lambda/change_rates.h"

#include <gtest/gtest.h>

#include "unit/lambda/component_image.h"

namespace ocitidy::lambda {
namespace {

using test::scan_for_components;

/// The rate of the component at `path`.
ChangeRate rate_at(const ImageModel& image, std::string_view path, std::uint32_t base_layers = 0,
                   std::span<const ComponentContents> history = {}) {
  const Components components(image, base_layers);
  const auto rates = change_rates(image, components, history);
  EXPECT_EQ(rates.size(), components.all().size());
  return rates[components.of(image.find(path).value())];
}

constexpr std::string_view kMixed =
    "base none\nlayer\nfile etc/base \"x\"\nlayer\nfile lib/apk/db/installed \"P:musl\\nF:lib\\nR:libc.so\\n\"\n"
    "file lib/libc.so \"x\"\nfile usr/local/bin/node \"x\"\nfile app/node_modules/a/i.js \"x\"\nfile app/i.js \"x\"\n";

TEST(ChangeRates, AreGuessedByKindWhereNothingIsKnown) {
  const ImageModel image = scan_for_components(kMixed);
  double last = 1;
  for (const char* path : {"etc/base", "lib/libc.so", "usr/local/bin/node", "app/node_modules/a/i.js", "app/i.js"}) {
    const ChangeRate rate = rate_at(image, path, 1);
    EXPECT_LT(rate.survival, last) << path;
    EXPECT_GT(rate.survival, 0) << path;
    EXPECT_TRUE(rate.evidence.starts_with("guessed by kind: ")) << rate.evidence;
    last = rate.survival;
  }
  EXPECT_NEAR(rate_at(image, "etc/base", 1).survival, 0.96, 0.005);
  EXPECT_NEAR(rate_at(image, "app/i.js", 1).survival, 0.05, 0.005);
}

TEST(ChangeRates, ContentsTellEveryChangeButThatOfTimes) {
  const auto contents = [](std::string_view members) {
    const ImageModel image = scan_for_components(cat("base none\nlayer\n", members));
    return contents_of(image, Components(image, 0));
  };
  const auto before = contents("file app/a \"one\" mtime=5\nsymlink app/l -> a\n");
  EXPECT_EQ(before, contents("dir app 0700\nfile app/a \"one\" mtime=6\nsymlink app/l -> a\n"));
  EXPECT_EQ(before.size(), 2U);
  EXPECT_TRUE(before.contains("app:app"));
  for (const char* members :
       {"file app/a \"two\"\nsymlink app/l -> a\n", "file app/a 0755 \"one\"\nsymlink app/l -> a\n",
        "file app/a \"one\" uid=7\nsymlink app/l -> a\n", "file app/a \"one\"\nsymlink app/l -> b\n",
        "file app/b \"one\"\nsymlink app/l -> a\n", "file app/a \"one\"\n"})
    EXPECT_NE(before.at("app:app"), contents(members).at("app:app")) << members;
}

}  // namespace
}  // namespace ocitidy::lambda
