// How package managers name what they install, and what does not count.
#include "lambda/packages.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "ocitidy/inspect.h"
#include "support/rule_test.h"

namespace ocitidy::lambda {
namespace {

/// "python numpy 1.26.4 in site-packages" for each, in order.
std::vector<std::string> found(std::string_view members) {
  const auto model = scan(test::image_of(cat("base none\nlayer\n", members)), {});
  EXPECT_TRUE(model) << describe(model.error());
  constexpr std::array<std::string_view, 5> kNames = {"python", "node", "ruby", "java", "dotnet"};
  std::vector<std::string> all;
  const Packages packages(*model);
  for (const Package& package : packages.all()) {
    all.push_back(cat(kNames[static_cast<std::size_t>(package.ecosystem)], " ", package.name, " ", package.version,
                      " in ", package.root));
  }
  return all;
}

using Found = std::vector<std::string>;

TEST(Packages, ReadsPythonNames) {
  EXPECT_EQ(found("dir s/Huggingface_Hub-0.24.1.dist-info\n"
                  "dir s/PyYAML-6.0-py3.11.egg-info\n"
                  "file s/distutils_made-1.0.egg-info \"x\"\n"
                  "dir s/editable.egg-info\n"
                  "dir s/torch-2.1.0+cpu.dist-info\n"
                  "dir s/zope.interface-6.0.dist-info"),
            (Found{"python huggingface-hub 0.24.1 in s", "python pyyaml 6.0 in s", "python distutils-made 1.0 in s",
                   "python editable  in s", "python torch 2.1.0+cpu in s", "python zope-interface 6.0 in s"}));
  EXPECT_EQ(found("dir s/.dist-info\ndir s/-1.0.dist-info\nsymlink s/a-1.0.dist-info -> b\nfile s/x-info \"\""),
            Found{});
}

TEST(Packages, ReadsNodeNames) {
  EXPECT_EQ(found("dir t/node_modules/left-pad\ndir t/node_modules/@aws-sdk/client-s3\n"
                  "dir t/node_modules/.bin\nfile t/node_modules/.package-lock.json \"x\"\nsymlink t/node_modules/l -> "
                  "left-pad\ndir t/node_modules/left-pad/node_modules/inner/lib"),
            (Found{"node @aws-sdk/client-s3  in t/node_modules", "node left-pad  in t/node_modules",
                   "node inner  in t/node_modules/left-pad/node_modules"}));
}

TEST(Packages, ReadsGemsAndJars) {
  EXPECT_EQ(
      found("dir b/gems/nokogiri-1.15.4-x86_64-linux\ndir b/gems/aws-sdk-s3-1.136.0\ndir b/gems/no_number\n"
            "file lib/slf4j-api-2.0.9.jar \"x\"\nfile lib/app.jar \"x\"\ndir lib/d-1.0.jar"),
      (Found{"ruby aws-sdk-s3 1.136.0 in b/gems", "ruby nokogiri 1.15.4 in b/gems", "java slf4j-api 2.0.9 in lib"}));
}

TEST(Packages, ReadsAssembliesBesideAnApplication) {
  EXPECT_EQ(found("file app/A.Core.dll \"x\"\nfile app/Z.runtimeconfig.json \"{}\"\ndir app/d.dll\nfile app/sub/B.dll "
                  "\"x\"\nfile nuget/C.dll \"x\"\nfile E.dll \"x\""),
            (Found{"dotnet A.Core  in app"}));
  EXPECT_EQ(found("file E.dll \"x\"\nfile E.runtimeconfig.json \"{}\""), (Found{"dotnet E  in "}));
}

TEST(Packages, PassesOverCopiesThatNothingLoads) {
  EXPECT_EQ(found("dir root/.cache/uv/a-1.0.dist-info\ndir s/setuptools/_vendor/b-1.0.dist-info\n"
                  "dir opt/conda/pkgs/c/c-1.0.dist-info\ndir tmp/d-1.0.dist-info\ndir s/e-1.0.dist-info\ndir "
                  "tmpx/f-1.0.dist-info"),
            (Found{"python e 1.0 in s", "python f 1.0 in tmpx"}));
}

TEST(Packages, FindsTheFirstByNameAndEcosystem) {
  const auto model = scan(test::image_of("base none\nlayer\ndir a/x-1.0.dist-info\ndir b/x-2.0.dist-info\n"
                                         "dir node_modules/x"),
                          {});
  ASSERT_TRUE(model);
  const Packages packages(*model);
  ASSERT_NE(packages.find(Ecosystem::python, "x"), nullptr);
  EXPECT_EQ(packages.find(Ecosystem::python, "x")->version, "1.0");
  EXPECT_NE(packages.find(Ecosystem::node, "x"), nullptr);
  EXPECT_EQ(packages.find(Ecosystem::ruby, "x"), nullptr);
  EXPECT_EQ(packages.find(Ecosystem::python, "w"), nullptr);
  EXPECT_EQ(packages.find(Ecosystem::java, "y"), nullptr);
}

TEST(Packages, ComparesVersionsByNumber) {
  EXPECT_TRUE(compare_versions("1.9", "1.10") < 0);
  EXPECT_TRUE(compare_versions("2.1.2", "2.1") > 0);
  EXPECT_TRUE(compare_versions("2.1.0+cu118", "2.1") == 0);
  EXPECT_TRUE(compare_versions("2.0rc1", "2.0") == 0);
  EXPECT_TRUE(compare_versions("", "0") == 0);
  EXPECT_TRUE(compare_versions("99999999999999999999999", "1") > 0);
}

}  // namespace
}  // namespace ocitidy::lambda
