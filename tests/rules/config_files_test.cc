// Edges of the rules about odd members, certificates, bases and the order of layers.
#include <gtest/gtest.h>

#include "base/text.h"
#include "lambda/base_images.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

TEST(SuspiciousHardLink, IsSilentWhereEveryEngineIs) {
  // Debian's package perl: two names of one file, in one layer; and a later layer that touches one of them.
  expect_silent("suspicious-hard-link",
                "layer\nfile usr/bin/perl 0755 elf64\nhardlink usr/bin/perl5.36.0 -> usr/bin/perl\n"
                "layer\nfile usr/bin/perl5.36.0 0755 elf64");
  expect_silent("suspicious-hard-link", "layer\nfile a \"x\"\nhardlink b -> a\nhardlink c -> b\nlayer\nwhiteout a");
  expect_not_applicable("suspicious-hard-link", "artifact application/x");
}

TEST(SuspiciousHardLink, CountsTheRest) {
  std::string recipe = "layer\n";
  for (int i = 0; i < 5; ++i) recipe += cat("hardlink l", i, " -> gone\n");
  const auto findings = expect_finds("suspicious-hard-link", recipe);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("'/l2' to '/gone' and 2 more"), std::string::npos) << findings[0].message;
}

TEST(SuspiciousHardLink, ClaimsNoAbsenceWhenALayerCannotBeRead) {
  const auto findings = expect_finds("suspicious-hard-link",
                                     "layer type=application/vnd.oci.image.layer.nondistributable.v1.tar absent\n"
                                     "layer\nhardlink b -> a");
  EXPECT_EQ(findings.at(0).severity, Severity::warning);
}

TEST(UnusualMember, LongNamesAreCountedToTheByte) {
  const auto named = [](std::size_t bytes) { return cat("layer\nfile ", std::string(bytes, 'n'), " \"x\""); };
  expect_silent("unusual-member", named(255));
  expect_finds("unusual-member", named(256));
}

TEST(MissingTmpDirectory, TakesAnImpliedDirectory) {
  expect_silent("missing-tmp-directory", "layer bare\nfile tmp/a \"x\"");
  expect_finds("missing-tmp-directory", "layer\ndir tmp\nlayer\nwhiteout tmp");
  expect_not_applicable("missing-tmp-directory",
                        "base healthy\nlayer type=application/vnd.oci.image.layer.nondistributable.v1.tar absent");
}

std::string base_with(std::string_view files, std::string_view day = "2026-09-01") {
  return cat("layer\nfile lambda-entrypoint.sh 0755 \"#!/bin/sh\\n\"\n", files, "\noption today=", day);
}

TEST(DeprecatedBaseImage, CountsToTheDay) {
  // python3.11: 2027-06-30.
  const auto on = [](std::string_view day) { return base_with("file var/lang/bin/python3.11 0755 elf64", day); };
  const auto severity = [&](std::string_view day) {
    const Recipe recipe = parse_recipe(on(day)).value();
    return expect_finds("deprecated-base-image", build_image(recipe.image).image, recipe.options).at(0).severity;
  };
  const Recipe quiet = parse_recipe(on("2026-12-31")).value();
  expect_silent("deprecated-base-image", build_image(quiet.image).image, quiet.options);
  EXPECT_EQ(severity("2027-01-01"), Severity::info);
  EXPECT_EQ(severity("2027-06-29"), Severity::info);
  EXPECT_EQ(severity("2027-06-30"), Severity::warning);
}

TEST(DeprecatedBaseImage, TellsEachLanguage) {
  const auto runtime = [](std::string_view files) {
    const Recipe recipe = parse_recipe(base_with(files, "2040-01-01")).value();
    const auto findings = expect_finds("deprecated-base-image", build_image(recipe.image).image, recipe.options);
    const std::string& message = findings.at(0).message;
    const std::size_t at = message.find("that of ") + 8;
    return message.substr(at, message.find(' ', at) - at);
  };
  const std::string linux2 = "file etc/os-release \"ID=\\\"amzn\\\"\\nVERSION_ID=\\\"2\\\"\\n\"\n";
  const std::string linux2023 = "file etc/os-release \"ID=\\\"amzn\\\"\\nVERSION_ID=\\\"2023\\\"\\n\"\n";
  EXPECT_EQ(runtime("symlink var/lang/bin/python3.8 -> /usr/bin/x\nfile usr/bin/x elf64"), "python3.8");
  EXPECT_EQ(runtime("file var/lang/bin/node elf64\n"
                    "file var/lang/include/node/node_version.h \"// x\\n#define NODE_MAJOR_VERSION 20\\n\""),
            "nodejs20.x");
  const auto java = [](std::string_view version) {
    return cat("file var/lang/bin/java elf64\nfile var/lang/release \"JAVA_VERSION=\\\"", version, "\\\"\\n\"\n");
  };
  EXPECT_EQ(runtime(java("17.0.9") + linux2), "java17");
  EXPECT_EQ(runtime(java("17.0.9") + linux2023), "java17.al2023");
  EXPECT_EQ(runtime(java("1.8.0_392") + linux2), "java8.al2");
  EXPECT_EQ(runtime(java("21") + linux2023), "java21");
  EXPECT_EQ(runtime("dir var/lang/lib/ruby/3.2.0"), "ruby3.2");
  EXPECT_EQ(runtime("file var/runtime/runtime-release \"NAME=x\\nLAMBDA_RUNTIME_NAME=dotnet6\\n\""), "dotnet6");
  EXPECT_EQ(runtime(linux2023), "provided.al2023");
}

TEST(DeprecatedBaseImage, SaysWhenItCannotTell) {
  for (const char* files : {"file var/lang/bin/node elf64", "file etc/os-release \"ID=debian\\nVERSION_ID=12\\n\"",
                            "file var/lang/bin/python3.20 elf64"}) {
    const Recipe recipe = parse_recipe(base_with(files)).value();
    expect_not_applicable("deprecated-base-image", build_image(recipe.image).image, recipe.options);
  }
}

TEST(BaseImages, MoveToARuntimeThatLasts) {
  for (const lambda::BaseImage& image : lambda::base_images()) {
    const lambda::BaseImage* next = lambda::find_base_image(image.move_to);
    ASSERT_NE(next, nullptr) << image.runtime;
    EXPECT_GE(next->deprecated_s, image.deprecated_s) << image.runtime;
    EXPECT_GT(next->deprecated_s, lambda::kBaseImagesReadOn) << image.runtime;
  }
  EXPECT_EQ(lambda::find_base_image("python2.7"), nullptr);
}

TEST(ApplicationBeforeDependencies, NeedsMoreThanTenMebibytes) {
  const auto with = [](std::uint64_t bytes) {
    return cat("layer\nfile var/task/a.py \"x\"\nlayer\nfile opt/site-packages/a.bin size=", bytes);
  };
  expect_silent("application-before-dependencies", with(10 << 20));
  expect_finds("application-before-dependencies", with((10 << 20) + 1));
}

TEST(ApplicationBeforeDependencies, LeavesTheBaseAlone) {
  LintOptions options;
  options.base.layers = 2;
  const std::string base = "layer\nfile var/task/a.py \"x\"\nlayer\nfile opt/site-packages/a.bin size=11M\n";
  expect_silent("application-before-dependencies", image_of(base + "layer\nfile a \"x\"\nlayer\nfile b \"x\""),
                options);
  expect_not_applicable("application-before-dependencies", image_of(base + "layer\nfile a \"x\""), options);
}

TEST(MissingCaCertificates, LooksAtTheStartedProgramOnly) {
  const std::string client = "config entrypoint /main\nlayer\nfile main 0755 \"\\x7fELF ca-certificates.crt\"\n";
  expect_finds("missing-ca-certificates", client);
  expect_silent("missing-ca-certificates", client + "file srv/certifi/cacert.pem \"x\"");
  expect_silent("missing-ca-certificates", client + "config env SSL_CERT_FILE=/x");
  expect_silent(
      "missing-ca-certificates",
      "config entrypoint /main\nlayer\nfile main 0755 \"\\x7fELF\"\nfile other \"\\x7fELF ca-certificates.crt\"");
}

}  // namespace
}  // namespace ocitidy::test
