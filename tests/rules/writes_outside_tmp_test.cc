// Edges of writes-outside-tmp: every row of the table, and everything that silences one.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "lambda/writers.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

using lambda::Writer;

constexpr std::string_view kRule = "writes-outside-tmp";

constexpr std::string_view kHost =
    "\\x7f"
    "ELF \\0 Failed to determine default extraction location ";

/// A single-file program of .NET: the host, the manifest.
std::string bundle_of(std::string_view library) {
  constexpr std::string_view kHex = "0123456789abcdef";
  return cat(kHost, "\\0\\0\\x02\\x", kHex.substr(library.size() / 16, 1), kHex.substr(library.size() % 16, 1),
             library);
}

/// The member that makes `writer` be found under `name`; commands come by the config.
std::string member_of(const Writer& writer, std::string_view name) {
  switch (writer.found) {
    case Writer::Found::by_package:
      if (writer.ecosystem == lambda::Ecosystem::node) return cat("dir var/task/node_modules/", name, "\n");
      if (writer.ecosystem == lambda::Ecosystem::dotnet)
        return cat("file var/task/App.runtimeconfig.json \"{}\"\nfile var/task/", name, ".dll \"MZ\"\n");
      return cat("dir var/task/", name, "-1.2.3.dist-info\n");
    case Writer::Found::by_program:
      return cat("file ", name, " 0755 elf64\n");
    case Writer::Found::by_command:
      return cat("file usr/bin/", name, " 0755 elf64\n");
    case Writer::Found::by_bundle:
      return cat("file app/App 0755 \"", bundle_of(name), "\"\n");
  }
  return {};
}

std::string config_of(const Writer& writer, std::string_view name) {
  if (writer.found == Writer::Found::by_bundle) return "config entrypoint /app/App\n";
  return writer.found == Writer::Found::by_command ? cat("config entrypoint /usr/bin/", name, "\n") : "";
}

struct Named {
  const Writer* writer;
  std::string_view name;
};

std::vector<Named> every_name() {
  std::vector<Named> all;
  for (const Writer& writer : lambda::writers()) {
    if (!writer.severity) continue;
    if (writer.home_path.empty() && writer.elsewhere.empty()) continue;  // only where a variable tells
    for (const std::string_view name : writer.names) {
      if (!name.empty()) all.push_back({&writer, name});
    }
  }
  return all;
}

std::string recipe_of(const Named& named, std::string_view env = "", std::string_view more = "") {
  const std::string variables = env.empty() ? "" : cat("config env ", env, "\n");
  return cat(config_of(*named.writer, named.name), variables, "base healthy\nlayer\n",
             member_of(*named.writer, named.name), more);
}

class EveryWriter : public testing::TestWithParam<Named> {};
INSTANTIATE_TEST_SUITE_P(WritesOutsideTmp, EveryWriter, testing::ValuesIn(every_name()), [](const auto& one) {
  std::string name = cat(one.index, "_", one.param.name);
  std::ranges::replace_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

TEST_P(EveryWriter, IsFoundWithItsPlace) {
  const std::vector<Finding> findings = expect_finds(kRule, recipe_of(GetParam()));
  ASSERT_EQ(findings.size(), 1u);
  const Writer& writer = *GetParam().writer;
  const std::string_view place = writer.home_path.empty() ? writer.elsewhere : writer.home_path;
  EXPECT_NE(findings[0].message.find(place), std::string::npos) << findings[0].message;
  EXPECT_NE(findings[0].fix, "");
  // Nothing in these images imports the package, so even the gravest row only warns.
  EXPECT_EQ(findings[0].severity, std::min(*writer.severity, Severity::warning));
}

TEST_P(EveryWriter, IsSilencedByHome) {
  const Writer& writer = *GetParam().writer;
  for (const char* home : {"/tmp", "/tmp/home", "/mnt/efs"}) {
    SCOPED_TRACE(home);
    if (writer.home_path.empty()) {
      expect_finds(kRule, recipe_of(GetParam(), cat("HOME=", home)));
    } else {
      expect_silent(kRule, recipe_of(GetParam(), cat("HOME=", home)));
    }
  }
  expect_finds(kRule, recipe_of(GetParam(), "HOME=/tmpx"));
}

TEST_P(EveryWriter, IsSilencedByEachOfItsVariables) {
  for (const std::string_view variable : GetParam().writer->variables) {
    if (variable.empty()) continue;
    SCOPED_TRACE(variable);
    expect_silent(kRule, recipe_of(GetParam(), cat(variable, "=/tmp/x")));
    const std::vector<Finding> findings = expect_finds(kRule, recipe_of(GetParam(), cat(variable, "=/opt/x")));
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_NE(findings[0].message.find(cat("'/opt/x', as ENV ", variable)), std::string::npos) << findings[0].message;
    const std::string baked = recipe_of(GetParam(), cat(variable, "=/opt/x"), "file opt/x/data size=1k\n");
    if (GetParam().writer->reads) {
      expect_silent(kRule, baked);
    } else {
      expect_finds(kRule, baked);
    }
  }
}

TEST_P(EveryWriter, IsSilencedByItsSwitchesAndItsData) {
  const Writer& writer = *GetParam().writer;
  for (const std::string_view variable : writer.off) {
    if (variable.empty()) continue;
    expect_silent(kRule, recipe_of(GetParam(), cat(variable, "=1")));
    expect_finds(kRule, recipe_of(GetParam(), cat(variable, "=0")));
  }
  for (const std::string_view path : writer.data) {
    if (!path.empty()) expect_silent(kRule, recipe_of(GetParam(), "", cat("file ", path, "/data size=1k\n")));
  }
}

constexpr std::string_view kMatplotlib = "layer\ndir var/task/matplotlib-3.8.0.dist-info\n";

TEST(WritesOutsideTmp, FollowsLinksToTmp) {
  const std::string base = cat("config env HOME=/home/app\nbase healthy\n", kMatplotlib);
  expect_finds(kRule, base);
  expect_silent(kRule, base + "symlink home/app -> /tmp/app\n");
  expect_silent(kRule, base + "dir tmp 1777\nsymlink home/app -> ../tmp\n");
  expect_silent(kRule, base + "symlink home/app/.config -> /tmp/.config\n");
  expect_finds(kRule, base + "symlink home/app -> /srv\n");
  expect_silent(kRule, cat("base healthy\n", kMatplotlib, "symlink home/sbx_user1051 -> /tmp\n"));
}

TEST(WritesOutsideTmp, TakesDataOnlyWhereLambdasUserCanReadIt) {
  const std::string base = "config env HF_HOME=/opt/hf\nbase healthy\nlayer\ndir var/task/datasets-2.0.dist-info\n";
  expect_silent(kRule, base + "file opt/hf/x size=1k\n");
  expect_finds(kRule, base + "dir opt/hf 0700\nfile opt/hf/x size=1k\n");
  expect_finds(kRule, base + "file opt/hf size=1k\n");
}

TEST(WritesOutsideTmp, IsAnErrorOnlyWhereTheCodeIsSeenToImportIt) {
  const auto severity = [](std::string_view members) {
    return expect_finds(kRule, cat("base healthy\nlayer\n", members)).at(0).severity;
  };
  const std::string librosa = "dir opt/x/y/site-packages/librosa-0.10.dist-info\n";
  EXPECT_EQ(severity(librosa), Severity::warning);
  EXPECT_EQ(severity(librosa + "file var/task/a.py \"import os\"\n"), Severity::warning);
  EXPECT_EQ(severity(librosa + "file var/task/a.py \"import librosa\"\n"), Severity::error);
  EXPECT_EQ(severity(librosa + "file app/a.py \"import librosa\"\n"), Severity::error);
  EXPECT_EQ(severity(librosa + "file var/task/other/package/a.py \"import librosa\"\n"), Severity::warning);
  EXPECT_EQ(severity("dir s/pymatting-1.1.dist-info\nfile app/a.py \"from rembg import remove\"\n"), Severity::error);
  EXPECT_EQ(severity("dir s/pynndescent-0.5.dist-info\nfile app/a.py \"import umap\"\n"), Severity::error);
  EXPECT_EQ(severity("dir s/numba-0.59.dist-info\nfile app/a.py \"import librosa\"\n"), Severity::warning);
}

TEST(WritesOutsideTmp, BelievesTheFunctionsOwnCode) {
  const std::string librosa = "base healthy\nlayer\ndir s/librosa-0.10.dist-info\n";
  expect_silent(kRule, librosa + "file var/task/a.py \"os.environ['NUMBA_CACHE_DIR'] = '/tmp'\"\n");
  expect_silent(kRule, librosa + "file var/task/a.py \"os.environ['HOME'] = '/tmp'\"\n");
  expect_finds(kRule, librosa + "file var/task/a.py \"os.environ['HF_HOME'] = '/tmp'\"\n");
  const std::string start = "config entrypoint /run.sh\n" + librosa + "file bin/sh 0755 elf64\n";
  expect_silent(kRule, start + "file run.sh 0755 \"#!/bin/sh\\nexport HOME=/tmp\\nexec node\"\n");
  expect_finds(kRule, start + "file run.sh 0755 \"#!/bin/sh\\nexec node\"\n");
}

TEST(WritesOutsideTmp, TellsOfAPlaceOnce) {
  const std::vector<Finding> findings = expect_finds(
      kRule,
      "base healthy\nlayer\ndir var/task/huggingface_hub-0.2.dist-info\ndir var/task/transformers-4.0.dist-info\n"
      "dir var/task/numba-0.5.dist-info\ndir var/task/librosa-0.10.dist-info\n");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[1].message.find("transformers 4.0 writes to"), 0u) << findings[1].message;
  EXPECT_EQ(findings[0].message.find("librosa 0.10 writes to"), 0u) << findings[0].message;
}

TEST(WritesOutsideTmp, TakesTiktokenOnlyWhereAVariablePointsAmiss) {
  const std::string tiktoken = "base healthy\nlayer\ndir var/task/tiktoken-0.7.dist-info\n";
  expect_silent(kRule, tiktoken);
  expect_finds(kRule, "config env TIKTOKEN_CACHE_DIR=/opt/tiktoken\n" + tiktoken);
  expect_silent(kRule, "config env TIKTOKEN_CACHE_DIR=/opt/tiktoken\n" + tiktoken + "file opt/tiktoken/9b size=1k\n");
}

TEST(WritesOutsideTmp, SeesCommandsInAShellsText) {
  const std::string npm = "base healthy\nlayer\nfile usr/bin/npm 0755 elf64\nfile bin/sh 0755 elf64\n";
  expect_finds(kRule, "config entrypoint /bin/sh -c \"cd app && PORT=1 exec npm start\"\n" + npm);
  expect_silent(kRule, "config entrypoint /bin/sh -c \"node npm.js npm\"\n" + npm);
  expect_silent(kRule, npm);
}

TEST(WritesOutsideTmp, TakesOnlySingleFileProgramsThatUnpack) {
  const auto app = [](std::string_view content) {
    return cat("config entrypoint /app/App\nbase healthy\nlayer\nfile app/App 0755 \"", content, "\"\n");
  };
  const std::string found = expect_finds(kRule, app(bundle_of("libe_sqlite3.so"))).at(0).message;
  EXPECT_EQ(found.find("'/app/App' writes to '/home/sbx_user1051"), 0u) << found;
  // A list of dependencies names libraries that lie beside it; libraries may be of other kinds or lengths.
  expect_silent(kRule, app(cat(kHost, "runtimes/linux-x64/native/libe_sqlite3.so")));
  expect_silent(kRule, app(cat(kHost, "\\x01\\x0flibe_sqlite3.so")));
  expect_silent(kRule, app(cat(kHost, "\\x02\\x10libe_sqlite3.so")));
  // Hosts that take another place: of .NET Core 3, and those that need an installed .NET.
  expect_silent(kRule, app("\\x7f"
                           "ELF \\x02\\x0flibe_sqlite3.so"));
  expect_silent(kRule, app(bundle_of("libe_sqlite3.so").substr(4)));  // no ELF file
  // Not started.
  expect_silent(kRule, cat("base healthy\nlayer\nfile app/App 0755 \"", bundle_of("libe_sqlite3.so"), "\"\n"));
  expect_finds(kRule,
               cat("config entrypoint /lambda-entrypoint.sh\nbase healthy\nlayer\nfile lambda-entrypoint.sh 0755 "
                   "\"#!/bin/sh\\nexec /var/runtime/bootstrap\"\nfile bin/sh 0755 elf64\n"
                   "file var/runtime/bootstrap 0755 \"",
                   bundle_of("libe_sqlite3.so"), "\"\n"));
}

TEST(WritesOutsideTmp, LeavesKeysOfAspNetThatAreStoredElsewhereAlone) {
  const auto app = [](std::string_view more) {
    return cat("base healthy\nlayer\nfile app/App.runtimeconfig.json \"{}\"\nfile app/",
               "Microsoft.AspNetCore.Authentication.OpenIdConnect.dll \"MZ\"\n", more);
  };
  expect_finds(kRule, app(""));
  expect_finds(kRule, app("file app/App.dll \"MZ AddOpenIdConnect\"\n"));
  expect_silent(kRule, app("file app/App.dll \"MZ PersistKeysToFileSystem\"\n"));
  expect_silent(kRule, app("file app/App.dll \"MZ IXmlRepository\"\n"));
  expect_silent(kRule, app("file app/Amazon.AspNetCore.DataProtection.SSM.dll \"MZ\"\n"));
  // The assembly that brings the method, and one of another application.
  expect_finds(kRule, app("file app/Microsoft.AspNetCore.DataProtection.Extensions.dll \"MZ PersistKeysToX\"\n"));
  expect_finds(kRule, app("file srv/App.dll \"MZ PersistKeysToX\"\n"));
  const std::vector<Finding> both =
      expect_finds(kRule, app("file app/Microsoft.AspNetCore.DataProtection.dll \"MZ\"\n"));
  EXPECT_EQ(both.size(), 1u);
}

TEST(WritesOutsideTmp, TakesAssembliesOfApplicationsOnly) {
  const std::string keys = "Microsoft.AspNetCore.DataProtection.dll \"MZ\"\n";
  const std::string base = "base healthy\nlayer\n";
  expect_finds(kRule, cat(base, "file app/App.runtimeconfig.json \"{}\"\nfile app/", keys));
  expect_silent(kRule, cat(base, "file app/", keys));
  expect_silent(kRule, cat(base, "file root/.nuget/packages/x/lib/net8.0/", keys));
  expect_silent(kRule, cat(base, "file usr/share/dotnet/shared/Microsoft.AspNetCore.App/8.0.1/", keys));
  expect_silent(kRule, cat(base, "file app/App.runtimeconfig.json \"{}\"\nfile app/sub/", keys));
  // Self-contained: all of ASP.NET is there.
  expect_silent(
      kRule,
      cat(base, "file app/App.runtimeconfig.json \"{}\"\nfile app/Microsoft.AspNetCore.dll \"MZ\"\nfile app/", keys));
}

TEST(BakedCacheMismatch, LeavesWhatToolsUnpackedAlone) {
  expect_silent("baked-cache-mismatch", "base healthy\nlayer\nfile root/.net/tool/x/libe_sqlite3.so size=300k\n");
}

TEST(WritesOutsideTmp, SaysWhatItCannotJudge) {
  expect_not_applicable(kRule, "artifact application/x");
  expect_silent(kRule, "base none");
}

TEST(BakedCacheMismatch, WantsAModelsWorthOfBytes) {
  const std::string base = "base healthy\nlayer\nfile root/.cache/torch/hub/x size=";
  expect_silent("baked-cache-mismatch", base + "262143");
  expect_finds("baked-cache-mismatch", base + "262144");
  expect_silent("baked-cache-mismatch", "config env TORCH_HOME=/tmp/torch\n" + base + "300k");
  expect_not_applicable("baked-cache-mismatch", "artifact application/x");
  expect_silent("baked-cache-mismatch", "base none");
}

}  // namespace
}  // namespace ocitidy::test
