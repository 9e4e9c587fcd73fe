// conformance_test - the image-spec's own labelled documents, and what no schema can check.
#include "oci/conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/hasher.h"
#include "base/text.h"
#include "oci/parse.h"
#include "support/source_dir.h"

namespace ocitidy {
namespace {

using Violations = std::vector<Violation>;

const Limits kLimits;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Violations check(const std::string& kind, const std::string& raw) {
  if (kind.ends_with("manifest")) return check_manifest(raw, "", kLimits);
  if (kind.ends_with("index")) return check_index(raw, "", kLimits);
  if (kind.ends_with("config")) return check_config(raw, kLimits);
  if (kind == "layout") return check_layout(raw, kLimits);
  if (kind == "descriptor") return check_descriptor(raw, kLimits);
  ADD_FAILURE() << "no checker for " << kind;
  return {};
}

std::string musts(const Violations& violations) { return summary_of(violations); }

TEST(Conformance, AgreesWithTheLabelledDocumentsOfTheSpec) {
  const char* named = std::getenv("OCITIDY_CORPUS");
  const std::filesystem::path corpus = named != nullptr
                                           ? std::filesystem::path(named)
                                           : std::filesystem::path(test::source_dir()) / ".." / "shared" / "corpus";
  if (!std::filesystem::exists(corpus / "spec-json" / "INDEX.json")) GTEST_SKIP() << "no corpus: 0 documents judged";
  std::size_t count = 0;
  for (const auto& row : nlohmann::json::parse(read_file(corpus / "spec-json" / "INDEX.json"))) {
    const std::string file = row["file"], kind = row["kind"];
    SCOPED_TRACE(cat(file, ": ", std::string(row["comment"])));
    const std::string found = musts(check(kind, read_file(corpus / file)));
    EXPECT_EQ(found.empty(), row["expected"] == "valid") << found;
    ++count;
  }
  std::printf("%zu documents judged\n", count);
  RecordProperty("documents", static_cast<int>(count));
  EXPECT_GE(count, 44U);
}

// ---- cases of our own: a document, and the places and levels that must be named, in any order

constexpr std::string_view kSha = "sha256:c86f7763873b6c0aae22d963bab59b4f5debbed6685761b5951584f6efb0633b";

std::string descriptor_with(std::string_view more,
                            std::string_view type = "application/vnd.oci.image.layer.v1.tar+gzip") {
  return cat(R"({"mediaType":")", type, R"(","size":2,"digest":")", kSha, "\"", more, "}");
}

std::string manifest_with(std::string_view more, std::string_view layers) {
  return cat(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)",
             descriptor_with("", "application/vnd.oci.image.config.v1+json"), R"(,"layers":[)", layers, "]", more, "}");
}

std::string config_with(std::string_view more) {
  return cat(R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")", kSha, R"("]})", more,
             "}");
}

std::string runtime(std::string_view more) { return config_with(cat(R"(,"config":{)", more, "}")); }

/// "MUST /size", one for each violation, sorted.
std::vector<std::string> places(const Violations& violations) {
  std::vector<std::string> all;
  for (const Violation& violation : violations) {
    all.push_back(cat(requirement_word(violation.requirement), " ", violation.pointer));
  }
  std::ranges::sort(all);
  return all;
}

using Places = std::vector<std::string>;

TEST(ConformanceDescriptor, KnowsDigestsByAlgorithm) {
  const auto digest = [](std::string_view text) {
    return places(check_descriptor(cat(R"({"mediaType":"a/b","size":1,"digest":")", text, R"("})"), kLimits));
  };
  const std::string hex(64, 'a'), long_hex(128, 'a');
  EXPECT_EQ(digest("sha256:" + hex), Places{});
  EXPECT_EQ(digest("sha512:" + long_hex), Places{});
  EXPECT_EQ(digest("blake3:" + hex), Places{});
  EXPECT_EQ(digest("sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7"), Places{});
  const std::vector<std::string> bad_ones{"sha256:" + hex + "a",
                                          "sha256:" + hex.substr(1),
                                          "sha256:" + std::string(64, 'A'),
                                          "sha256:" + std::string(64, 'g'),
                                          "sha512:" + hex,
                                          "SHA256:" + hex,
                                          "sha256" + hex,
                                          std::string("sha256:"),
                                          std::string(":") + hex,
                                          "sha256++x:a",
                                          "+sha256:a",
                                          "x_:a",
                                          std::string("x:a/b"),
                                          std::string()};
  for (const std::string& bad : bad_ones) {
    EXPECT_EQ(digest(bad), Places{"MUST /digest"}) << bad;
  }
}

TEST(ConformanceDescriptor, HoldsDataAgainstSizeAndDigest) {
  const auto data = [](std::string_view bytes, std::string_view text, int size) {
    return places(check_descriptor(cat(R"({"mediaType":"a/b","size":)", size, R"(,"digest":")", digest_of(bytes).str(),
                                       R"(","data":")", text, R"("})"),
                                   kLimits));
  };
  EXPECT_EQ(data("ab", "YWI=", 2), Places{});
  EXPECT_EQ(data("ab", "YWI", 2), Places{"MUST /data"}) << "no padding";
  EXPECT_EQ(data("ab", "YW\\nI=", 2), Places{"MUST /data"});
  EXPECT_EQ(data("ab", "YWI=", 3), Places{"MUST /data"}) << "size";
  EXPECT_EQ(data("ac", "YWI=", 2), Places{"MUST /data"}) << "digest";
  const std::string long_digest = digest_of("ab", Digest::Algorithm::sha512).str();
  EXPECT_EQ(places(check_descriptor(
                cat(R"({"mediaType":"a/b","size":2,"data":"YWI=","digest":")", long_digest, R"("})"), kLimits)),
            Places{});
}

TEST(ConformanceDescriptor, KnowsUris) {
  const auto url = [](std::string_view text) {
    return places(check_descriptor(descriptor_with(cat(R"(,"urls":[")", text, R"("])")), kLimits));
  };
  EXPECT_EQ(url("https://example.com/a?b=c#d"), Places{});
  EXPECT_EQ(url("http://[::1]:80/%7Ea"), Places{});
  EXPECT_EQ(url("ftp://example.com/a"), Places{"SHOULD /urls/0"});
  for (const char* bad : {"example.com/a", "https://example.com/a b", "https://example.com/%zz", "https://e/%2", "",
                          "https://example.com/\xC3\xA9", "https://e/#a#b", "1http://e"}) {
    EXPECT_EQ(url(bad), Places{"MUST /urls/0"}) << bad;
  }
}

TEST(ConformanceDescriptor, KnowsSizesAndMediaTypes) {
  const auto with = [](std::string_view type, std::string_view size) {
    return places(
        check_descriptor(cat(R"({"mediaType":)", type, R"(,"size":)", size, R"(,"digest":")", kSha, R"("})"), kLimits));
  };
  EXPECT_EQ(with(R"("a/b")", "0"), Places{});
  EXPECT_EQ(with(R"("a/b")", "9223372036854775807"), Places{});
  for (const char* bad : {"-1", "9223372036854775808", "1.0", "1e3", "\"1\"", "null", "18446744073709551616"}) {
    EXPECT_EQ(with(R"("a/b")", bad), Places{"MUST /size"}) << bad;
  }
  for (const char* bad : {R"("a")", R"("a/b/c")", R"("a/ b")", R"("/b")", R"("a/")", R"("a/b; c=d")", "1"}) {
    EXPECT_EQ(with(bad, "1"), Places{"MUST /mediaType"}) << bad;
  }
}

TEST(ConformanceDescriptor, KnowsTheEmptyOne) {
  const auto empty = [](std::string_view digest, int size) {
    return places(check_descriptor(
        cat(R"({"mediaType":"application/vnd.oci.empty.v1+json","size":)", size, R"(,"digest":")", digest, R"("})"),
        kLimits));
  };
  EXPECT_EQ(empty(digest_of("{}").str(), 2), Places{});
  EXPECT_EQ(empty(kSha, 3), (Places{"SHOULD /digest", "SHOULD /size"}));
}

TEST(ConformanceDescriptor, KnowsAnnotations) {
  const auto annotation = [](std::string_view text) {
    return check_descriptor(descriptor_with(cat(R"(,"annotations":{)", text, "}")), kLimits);
  };
  EXPECT_EQ(places(annotation(R"("com.example.a":"","COM.example.a":"")")), Places{})
      << "keys are free to differ by case";
  EXPECT_EQ(places(annotation(R"("com.example.a":1)")), Places{"MUST /annotations/com.example.a"});
  EXPECT_EQ(places(annotation(R"("com.example.a":null)")), Places{"MUST /annotations/com.example.a"});
  EXPECT_EQ(places(annotation(R"("org.opencontainers.image.nosuch":"x")")),
            Places{"SHOULD /annotations/org.opencontainers.image.nosuch"});
  const Violations style = annotation(R"("nodomain":"x")");
  ASSERT_EQ(style.size(), 1U);
  EXPECT_EQ(style[0].requirement, Requirement::style);
  EXPECT_EQ(places(check_descriptor(descriptor_with(R"(,"annotations":null)"), kLimits)), Places{"MUST /annotations"});
  EXPECT_EQ(places(annotation(R"("com.a/b~c":1)")), Places{"MUST /annotations/com.a~1b~0c"});
}

TEST(ConformanceManifest, NamesEveryFaultAtOnce) {
  const Violations all = check_manifest(R"({"schemaVersion":"2","mediaType":"x","artifactType":"y","config":[],
      "layers":[{},7],"subject":"z","annotations":[]})",
                                        "", kLimits);
  EXPECT_EQ(places(all), (Places{"MUST /annotations", "MUST /artifactType", "MUST /config", "MUST /layers/0/digest",
                                 "MUST /layers/0/mediaType", "MUST /layers/0/size", "MUST /layers/1", "MUST /mediaType",
                                 "MUST /schemaVersion", "MUST /subject"}));
  for (const Violation& violation : all) {
    EXPECT_FALSE(violation.section.empty() || violation.demand.empty() || violation.found.empty()) << violation.pointer;
  }
}

TEST(ConformanceManifest, KnowsWhatSurroundsIt) {
  EXPECT_EQ(places(check_manifest(manifest_with("", descriptor_with("")), "", kLimits)), Places{});
  EXPECT_EQ(places(check_manifest(manifest_with("", descriptor_with("")), media_type::kOciManifest, kLimits)),
            Places{});
  EXPECT_EQ(places(check_manifest(manifest_with("", descriptor_with("")), "application/x", kLimits)),
            Places{"MUST /mediaType"});
  EXPECT_EQ(places(check_manifest(manifest_with("", ""), "", kLimits)), Places{"MUST /layers"});
  EXPECT_EQ(places(check_manifest(manifest_with("", descriptor_with("", "a/b")), "", kLimits)),
            Places{"SHOULD /layers/0/mediaType"});
}

TEST(ConformanceManifest, WantsTheTypeOfAnArtifactWithoutConfig) {
  std::string text = cat(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
      "config":{"mediaType":"application/vnd.oci.empty.v1+json","size":2,"digest":")",
                         digest_of("{}").str(), R"("},"layers":[)", descriptor_with("", "a/b"), "]}");
  EXPECT_EQ(places(check_manifest(text, "", kLimits)), Places{"MUST /artifactType"});
  text.insert(1, R"("artifactType":"a/b",)");
  EXPECT_EQ(places(check_manifest(text, "", kLimits)), Places{});
}

TEST(ConformanceManifest, JudgesDockersByItsOwnRules) {
  const std::string docker =
      cat(R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
      "config":)",
          descriptor_with("", media_type::kDockerConfig), R"(,"layers":[)",
          descriptor_with("", media_type::kDockerLayerGzip), "]}");
  EXPECT_EQ(places(check_manifest(docker, "", kLimits)), Places{});
  EXPECT_EQ(family_of_document(media_type::kDockerManifest, ""), Family::docker);
  EXPECT_EQ(family_of_document("", media_type::kDockerIndex), Family::docker);
  EXPECT_EQ(family_of_document("", ""), Family::oci);
}

TEST(ConformanceManifest, AFaultAtThousandPlacesIsBounded) {
  std::string layers;
  for (int i = 0; i < 1000; ++i) layers += cat(i == 0 ? "" : ",", descriptor_with(R"(,"urls":["x y"])"));
  const Violations all = check_manifest(manifest_with(R"(,"subject":1)", layers), "", kLimits);
  ASSERT_EQ(all.size(), 21U);
  EXPECT_EQ(all[19].more, 980U);
  EXPECT_EQ(all[20].pointer, "/subject") << "another fault is not crowded out";
  EXPECT_TRUE(musts(all).ends_with("and 981 more")) << musts(all);
}

TEST(ConformanceIndex, KnowsPlatforms) {
  const auto platform = [](std::string_view text) {
    return places(
        check_index(cat(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)",
                        descriptor_with(cat(R"(,"platform":{)", text, "}"), media_type::kOciManifest), "]}"),
                    "", kLimits));
  };
  EXPECT_EQ(platform(R"("os":"linux","architecture":"arm64","variant":"v8")"), Places{});
  EXPECT_EQ(platform(R"("os":"unknown","architecture":"unknown")"), Places{}) << "BuildKit's attestations";
  EXPECT_EQ(platform(R"("os":"linux")"), Places{"MUST /manifests/0/platform/architecture"});
  EXPECT_EQ(platform(R"("os":"linux","architecture":"x86_64")"), Places{"SHOULD /manifests/0/platform/architecture"});
  EXPECT_EQ(platform(R"("os":"Linux","architecture":"arm","variant":"7")"),
            (Places{"SHOULD /manifests/0/platform/os", "SHOULD /manifests/0/platform/variant"}));
  EXPECT_EQ(platform(R"("os":"windows","architecture":"amd64","os.features":["win32k"],"os.version":"10")"), Places{});
  EXPECT_EQ(platform(R"("os":"windows","architecture":"amd64","os.features":["gpu",1])"),
            (Places{"MUST /manifests/0/platform/os.features/1", "SHOULD /manifests/0/platform/os.features/0"}));
}

TEST(ConformanceIndex, MayBeEmptyButNotNull) {
  EXPECT_EQ(places(check_index(R"({"schemaVersion":2,"manifests":[]})", "", kLimits)), Places{"SHOULD /mediaType"});
  EXPECT_EQ(places(check_index(R"({"schemaVersion":2,"manifests":null})", "", kLimits)),
            (Places{"MUST /manifests", "SHOULD /mediaType"}));
}

TEST(ConformanceConfig, KnowsDates) {
  const auto created = [](std::string_view text) {
    return places(check_config(config_with(cat(R"(,"created":")", text, R"(")")), kLimits));
  };
  for (const char* good : {"2015-10-31T22:22:56.015925234Z", "0001-01-01T00:00:00Z", "2024-02-29t23:59:60z",
                           "2024-01-31T12:00:00+05:30"}) {
    EXPECT_EQ(created(good), Places{}) << good;
  }
  for (const char* bad :
       {"", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01", "now",
        "2024-01-01T00:00:00", "2024-01-01 00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+5:30", "2024-01-01T00:00:00Zx", "2024-00-01T00:00:00Z"}) {
    EXPECT_EQ(created(bad), Places{"MUST /created"}) << bad;
  }
}

TEST(ConformanceConfig, TakesNullForAbsentWhereItIsOptional) {
  EXPECT_EQ(places(check_config(config_with(R"(,"created":null,"author":null,"config":null,"history":null)"), kLimits)),
            Places{});
  EXPECT_EQ(places(check_config(runtime(R"("Env":null,"Cmd":null,"Volumes":null,"Labels":null,"User":null)"), kLimits)),
            Places{});
  EXPECT_EQ(
      places(check_config(R"({"architecture":null,"os":"linux","rootfs":{"type":"layers","diff_ids":null}})", kLimits)),
      (Places{"MUST /architecture", "MUST /rootfs/diff_ids"}));
}

TEST(ConformanceConfig, KnowsTheRuntimePart) {
  EXPECT_EQ(places(check_config(
                runtime(R"("Env":["A=1","B=","=C:=x"],"ExposedPorts":{"80":{},"53/udp":{}},"StopSignal":"SIGRTMIN+3",
                                           "User":"1:2","ArgsEscaped":true,"Volumes":{"/a":{}})"),
                kLimits)),
            Places{});
  EXPECT_EQ(places(check_config(runtime(R"("Env":["A","=B","A=\u0000b",1])"), kLimits)),
            (Places{"MUST /config/Env/3", "SHOULD /config/Env/0", "SHOULD /config/Env/1", "SHOULD /config/Env/2"}));
  EXPECT_EQ(places(check_config(runtime(R"("ExposedPorts":{"70000":{},"80/http":{},"/tcp":{},"81":[]})"), kLimits)),
            (Places{"MUST /config/ExposedPorts/81", "SHOULD /config/ExposedPorts/70000",
                    "SHOULD /config/ExposedPorts/80~1http", "SHOULD /config/ExposedPorts/~1tcp"}));
  EXPECT_EQ(
      places(check_config(
          runtime(R"("StopSignal":"9","User":"a:b:c","Volumes":{"/a":null},"Labels":{"a.b":1},"Cmd":"x")"), kLimits)),
      (Places{"MUST /config/Cmd", "MUST /config/Labels/a.b", "MUST /config/Volumes/~1a", "SHOULD /config/StopSignal",
              "SHOULD /config/User"}));
}

TEST(ConformanceConfig, KnowsRootfsAndHistory) {
  EXPECT_EQ(
      places(check_config(R"({"architecture":"amd64","os":"linux","rootfs":{"type":"tree","diff_ids":["sha256:AB",3]},
                                   "history":[{"created":"x","empty_layer":"no"},4]})",
                          kLimits)),
      (Places{"MUST /history/0/created", "MUST /history/0/empty_layer", "MUST /history/1", "MUST /rootfs/diff_ids/0",
              "MUST /rootfs/diff_ids/1", "MUST /rootfs/type"}));
}

TEST(ConformanceJson, SaysWhereADocumentIsNoJson) {
  const Violations all = check_config("{\"os\":", kLimits);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, Violation::Kind::not_json);
  EXPECT_NE(all[0].message().find("at byte 7"), std::string::npos) << all[0].message();
  EXPECT_EQ(places(check_layout("\xEF\xBB\xBF{\"imageLayoutVersion\":\"1.0.0\"}", kLimits)), Places{"MUST "});
  EXPECT_EQ(places(check_layout("[]", kLimits)), Places{"MUST "});
  EXPECT_EQ(places(check_layout(R"({"imageLayoutVersion":"1.0.0"} x)", kLimits)), Places{"MUST "});
}

TEST(ConformanceJson, SeesMembersThatStandTwice) {
  EXPECT_EQ(places(check_config(config_with(R"(,"os":"linux")"), kLimits)), Places{"MUST /os"});
  EXPECT_EQ(places(check_config(config_with(R"(,"OS":"linux")"), kLimits)), Places{"SHOULD /OS"});
  EXPECT_EQ(places(check_config(config_with(R"(,"Config":{})"), kLimits)), Places{"SHOULD /Config"})
      << "in another spelling";
  EXPECT_EQ(places(check_config(config_with(R"(,"o\u017f":"linux")"), kLimits)), Places{"SHOULD /o\xC5\xBF"});
  EXPECT_EQ(places(check_config(runtime(R"("Labels":{"a.b":"1","A.b":"2"})"), kLimits)), Places{});
  EXPECT_EQ(places(check_config(runtime(R"("Labels":{"a.b":"1","A.b":"2","A.b":"3"})"), kLimits)),
            Places{"MUST /config/Labels/A.b"});
}

TEST(ConformanceLayout, KnowsItsVersionAndNames) {
  EXPECT_EQ(places(check_layout(R"({"imageLayoutVersion":"1.0.0","more":1})", kLimits)), Places{});
  EXPECT_EQ(places(check_layout(R"({"imageLayoutVersion":"1.0.1"})", kLimits)), Places{"MUST /imageLayoutVersion"});
  EXPECT_EQ(places(check_layout("{}", kLimits)), Places{"MUST /imageLayoutVersion"});
  const auto names = [](std::initializer_list<std::string_view> all) {
    std::string text;
    int number = 0;
    for (const std::string_view name : all) {
      text += cat(text.empty() ? "" : ",", R"({"digest":"sha256:)", number++,
                  R"(","annotations":{"org.opencontainers.image.ref.name":")", name, R"("}})");
    }
    return places(check_reference_names(cat(R"({"manifests":[)", text, "]}"), kLimits));
  };
  EXPECT_EQ(names({"latest", "a/b:c--d@e", "1"}), Places{});
  const std::string key = "/annotations/org.opencontainers.image.ref.name";
  EXPECT_EQ(names({"a--", "-a", "a b", "", "a..b"}),
            (Places{"SHOULD /manifests/0" + key, "SHOULD /manifests/1" + key, "SHOULD /manifests/2" + key,
                    "SHOULD /manifests/3" + key, "SHOULD /manifests/4" + key}));
  EXPECT_EQ(names({"a", "b", "a"}), Places{"SHOULD /manifests/2" + key});
}

TEST(ConformanceErrors, ARefusedDocumentTellsOfAllItsFaults) {
  const auto refused = parse_document(
      R"({"schemaVersion":1.5,"config":{"mediaType":"x","digest":"sha256:a","size":-1},"layers":[]})", kLimits);
  ASSERT_FALSE(refused);
  const std::string line = describe(refused.error());
  for (const char* place :
       {"/schemaVersion is 1.5", "/config/mediaType", "/config/digest", "/config/size is -1", "/layers is empty"}) {
    EXPECT_NE(line.find(place), std::string::npos) << place << " is not in " << line;
  }
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto config = parse_config(R"({"os":1,"rootfs":{"type":"layers","diff_ids":["x"]}})", kLimits);
  ASSERT_FALSE(config);
  EXPECT_NE(describe(config.error()).find("/architecture is missing"), std::string::npos) << describe(config.error());
}

TEST(ConformanceErrors, OneFaultIsToldOnce) {
  const auto refused = parse_config(config_with(R"(,"created":1)"), kLimits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(describe(refused.error()).find("image-spec"), std::string::npos) << describe(refused.error());
}

}  // namespace
}  // namespace ocitidy
