// pass_recipe_test.cc - the language of the pass pages: what it reads, what it refuses, and that a pair can fail.
#include "support/pass_recipe.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/pass_test.h"

namespace ocitidy::test {
namespace {

std::string error_of(std::string_view recipe) {
  const auto parsed = parse_pass_recipe(recipe);
  return parsed ? "no error" : describe(parsed.error());
}

TEST(PassRecipe, NamesTheLineOfAnError) {
  EXPECT_EQ(error_of("base healthy\n"), "no optimize line");
  EXPECT_EQ(error_of("optimize fast\n"), "line 1: unknown word 'fast'");
  EXPECT_EQ(error_of("optimize compression=lzma\n"), "line 1: unknown word 'compression=lzma'");
  EXPECT_EQ(error_of("\noptimize merge=1\n"), "line 2: merge= wants FIRST-LAST");
  EXPECT_EQ(error_of("optimize env=HOME\n"), "line 1: env= wants NAME=VALUE");
  EXPECT_EQ(error_of("optimize preset=best\n").substr(0, 7), "line 1:");
  EXPECT_EQ(error_of("optimize\nedit\n"), "line 2: edit wants a pass id");
  EXPECT_EQ(error_of("optimize\nedit x colour=red\n"), "line 2: unknown word 'colour=red'");
  EXPECT_EQ(error_of("optimize\nnothing-changes at all\n"), "line 2: unknown word 'at'");
  EXPECT_EQ(error_of("optimize\nlayer\nfiel x\n"), "line 3: unknown word 'fiel'") << "of the image, same numbers";
  EXPECT_EQ(error_of("optimize\nnote incomplete-index\nnote \"part of a note\"\n"), "no error");
}

TEST(PassRecipe, ReadsOptions) {
  const auto recipe = parse_pass_recipe(
      "optimize preset=lambda pass=recompress no-pass=set-env keep=opt/** base=1 squash max-layers=2\n"
      "optimize merge=1-3 merge-below=2k compression=zstd level=3 effort=best media-types=docker epoch=-5 "
      "pyc=unchecked-hash\n"
      "optimize env=A=b=c used=opt/x to=docker-archive\n");
  ASSERT_TRUE(recipe) << describe(recipe.error());
  const OptimizeOptions& options = recipe->options;
  EXPECT_EQ(options.preset, Preset::lambda);
  EXPECT_EQ(options.passes, std::vector<std::string>{"recompress"});
  EXPECT_EQ(options.no_passes, std::vector<std::string>{"set-env"});
  EXPECT_EQ(options.keep, std::vector<std::string>{"opt/**"});
  EXPECT_EQ(options.base_layers, 1u);
  EXPECT_EQ(options.squash, OptimizeOptions::Squash::own_layers);
  EXPECT_EQ(options.max_layers, 2u);
  EXPECT_EQ(options.merge_range, (std::pair<std::uint32_t, std::uint32_t>{1, 3}));
  EXPECT_EQ(options.merge_below_bytes, 2048u);
  EXPECT_EQ(options.codec, Codec::zstd);
  EXPECT_EQ(options.level, 3);
  EXPECT_EQ(options.effort, Effort::best);
  EXPECT_EQ(options.family, MediaFamily::docker);
  EXPECT_EQ(options.source_date_epoch, -5);
  EXPECT_EQ(options.pyc, OptimizeOptions::Pyc::unchecked_hash);
  EXPECT_EQ(options.env, (std::vector<std::pair<std::string, std::string>>{{"A", "b=c"}}));
  EXPECT_EQ(options.used_paths, std::vector<std::string>{"opt/x"});
  EXPECT_EQ(recipe->to, Transport::docker_archive);
  EXPECT_EQ(parse_pass_recipe("optimize touch-base")->options.base, OptimizeOptions::Base::touchable);
}

// That a pair can fail: the pass drops 100k of layer 0.
constexpr std::string_view kBefore = "layer\nfile a size=100k\nlayer\nfile a \"new\"\noptimize\n";
constexpr std::string_view kEdit = "edit drop-hidden layer=0 path=a bytes=100k message=\"hidden by layer 1\"\n";

std::string disagreements(std::string_view before, std::optional<std::string_view> after) {
  std::string out;
  for (const std::string& line : pass_disagreements("drop-hidden", before, after)) out += line + '\n';
  return out;
}

TEST(PassDisagreements, NoneWhenAllIsRight) {
  EXPECT_EQ(disagreements(cat(kBefore, kEdit), "layer\nfile a \"new\"\n"), "");
  EXPECT_EQ(disagreements("base healthy\noptimize\nnothing-changes\n", std::nullopt), "");
}

TEST(PassDisagreements, TellEveryKindApart) {
  const std::string right = cat(kBefore, kEdit);
  for (const char* after :
       {"layer\nfile a \"old\"\n", "layer\nfile a 0600 \"new\"\n", "layer\nfile a \"new\" mtime=1\n",
        "layer\nfile a \"new\" uid=1\n", "layer\nfile a \"new\" xattr=user.a:b\n", "layer zstd\nfile a \"new\"\n",
        "layer\nfile a \"new\"\nfile b\n", "layer\nlayer\nfile a \"new\"\n", "layer\nfile a \"new\" user=me\n",
        "config env A=b\nlayer\nfile a \"new\"\n"}) {
    EXPECT_NE(disagreements(right, after).find("from where it differs"), std::string::npos) << after;
  }
  constexpr std::string_view kAfter = "layer\nfile a \"new\"\n";
  EXPECT_NE(disagreements(kBefore, kAfter).find("not expected: edit drop-hidden"), std::string::npos);
  EXPECT_NE(disagreements(cat(right, kEdit), kAfter).find("line 7: no edit answers"), std::string::npos);
  EXPECT_NE(disagreements(cat(right, "note \"nothing like it\"\n"), kAfter).find("no note says"), std::string::npos);
  EXPECT_NE(disagreements(cat(right, "not-applicable drop-hidden\n"), kAfter).find("was applicable"),
            std::string::npos);
  EXPECT_NE(disagreements(cat(right, "nothing-changes\n"), std::nullopt).find("something changed"), std::string::npos);
  EXPECT_NE(disagreements(right, std::nullopt).find("Before has either"), std::string::npos);
}

}  // namespace
}  // namespace ocitidy::test
