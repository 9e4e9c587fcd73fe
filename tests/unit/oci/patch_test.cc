// patch_test - configs and manifests as Docker, BuildKit and others write them: what a patch changes, and what
// survives.
#include "oci/patch.h"

#include <gtest/gtest.h>

#include "base/hasher.h"
#include "base/json.h"
#include "base/json_splice.h"
#include "base/text.h"
#include "oci/parse.h"

namespace ocitidy {
namespace {

DiffId diff_id(std::string_view bytes) { return {digest_of(bytes)}; }

/// Every "$name" becomes the digest of that name.
std::string with_digests(std::string text) {
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at)) {
    text.replace(at, 2, digest_of(text.substr(at + 1, 1)).str());
  }
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// As Docker's classic builder wrote them: member order of its structs, values in HTML escapes, its own "container".
std::string docker_config() {
  return with_digests(
      R"({"architecture":"amd64","config":{"Hostname":"","AttachStdin":false,"ExposedPorts":{"8080/tcp":{}},)"
      R"("Env":["PATH=/usr/bin","LANG=C","PATH=/opt/bin"],"Cmd":["app.handler"],"Image":"$z","Volumes":null,)"
      R"("WorkingDir":"/var/task","OnBuild":null,"Labels":{"a/b":"\u003cx\u003e"}},"container":"8f4e",)"
      R"("container_config":{"Env":["PATH=/old"]},"created":"2024-05-06T07:08:09.123456789Z","docker_version":"20.10.7",)"
      R"("history":[{"created":"2024-05-06T07:08:08Z","created_by":"ADD \u0026\u0026 in /"},)"
      R"({"created":"2024-05-06T07:08:08Z","created_by":"ENV LANG=C","empty_layer":true},{"created_by":"COPY ."}],)"
      R"("os":"linux","rootfs":{"type":"layers","diff_ids":["$a","$b"]}})");
}

/// As BuildKit does, but printed for people, with members of later or other versions.
std::string pretty_config() {
  return with_digests(R"({
  "architecture": "arm64",
  "variant": "v8",
  "moby.buildkit.buildinfo.v1": "eyJmcm9udGVuZCI6ImRvY2tlcmZpbGUudjAifQ==",
  "os": "linux",
  "os.features": ["x"],
  "x-number": 1.0e5, "x-big": 123456789012345678901234567890,
  "config": {
    "Entrypoint": ["/lambda-entrypoint.sh"]
  },
  "rootfs": {
    "diff_ids": [
      "$a",
      "$b",
      "$c"
    ],
    "type": "layers"
  },
  "history": [
    {
      "comment": "buildkit.dockerfile.v0",
      "empty_layer": false
    },
    {}
  ]
}
)");
}

ImageConfig config_of(std::string raw) {
  auto config = parse_config(std::move(raw), Limits{});
  EXPECT_TRUE(config) << describe(config.error());
  return config.value_or(ImageConfig{});
}

std::string patched(const std::string& raw, const ConfigPatch& patch) {
  const auto text = patch_config(config_of(raw), patch, Limits{});
  EXPECT_TRUE(text) << describe(text.error());
  if (!text) return "";
  EXPECT_TRUE(parse_config(*text, Limits{})) << *text;
  return *text;
}

ConfigPatch of_diff_ids(std::vector<DiffId> diff_ids) {
  ConfigPatch patch;
  patch.diff_ids = std::move(diff_ids);
  return patch;
}

ConfigPatch of_env(std::vector<std::pair<std::string, std::string>> env) {
  ConfigPatch patch;
  patch.env = std::move(env);
  return patch;
}

ConfigPatch of_history(std::vector<std::size_t> emptied) {
  ConfigPatch patch;
  patch.emptied_history = std::move(emptied);
  return patch;
}

ConfigPatch of_working_dir(std::string path) {
  ConfigPatch patch;
  patch.working_dir = std::move(path);
  return patch;
}

TEST(PatchConfig, AddedHistoryStandsBehindAll) {
  ConfigPatch patch = of_history({2});
  patch.added_history = 2;
  const std::string text = patched(docker_config(), patch);
  const ImageConfig after = config_of(text);
  const ImageConfig before = config_of(docker_config());
  ASSERT_EQ(after.history.size(), before.history.size() + 2);
  EXPECT_TRUE(after.history[2].empty_layer);
  EXPECT_EQ(after.history.back().created_by, "ocitidy optimize");
  EXPECT_FALSE(after.history.back().empty_layer);
}

TEST(PatchConfig, NothingChangedIsByteForByte) {
  for (const std::string& raw : {docker_config(), pretty_config(), std::string("{ }\r\n")}) {
    const ImageConfig config = config_of(raw);
    ConfigPatch same;
    same.diff_ids = config.diff_ids;
    same.working_dir = config.working_dir;
    for (const std::string& entry : config.env) same.env = {{entry.substr(0, entry.find('=')), "/opt/bin"}};
    for (std::size_t i = 0; i < config.history.size(); ++i) {
      if (config.history[i].empty_layer) same.emptied_history.push_back(i);
    }
    EXPECT_EQ(patched(raw, same), raw);
    EXPECT_EQ(patched(raw, ConfigPatch{}), raw);
  }
}

TEST(PatchConfig, DiffIds) {
  EXPECT_EQ(patched(docker_config(), of_diff_ids({diff_id("a"), diff_id("n")})),
            replaced(docker_config(), with_digests(R"(["$a","$b"])"), with_digests(R"(["$a","$n"])")));
  EXPECT_EQ(patched(pretty_config(), of_diff_ids({diff_id("a"), diff_id("n"), diff_id("c")})),
            replaced(pretty_config(), digest_of("b").str(), digest_of("n").str()));
  EXPECT_EQ(patched(pretty_config(), of_diff_ids({diff_id("a"), diff_id("b")})),
            replaced(pretty_config(), with_digests(",\n      \"$c\""), ""))
      << "fewer";
  EXPECT_EQ(patched(docker_config(), of_diff_ids({})), replaced(docker_config(), with_digests(R"("$a","$b")"), ""));
  EXPECT_EQ(patched(R"({"rootfs":{"type":"layers","diff_ids":null}})", of_diff_ids({diff_id("a")})),
            with_digests(R"({"rootfs":{"type":"layers","diff_ids":["$a"]}})"));
  EXPECT_EQ(patched(R"({"rootfs":{"type":"layers"}})", of_diff_ids({diff_id("a")})),
            with_digests(R"({"rootfs":{"type":"layers","diff_ids":["$a"]}})"));
  EXPECT_EQ(patched(R"({"os":"linux"})", of_diff_ids({diff_id("a"), diff_id("a")})),
            with_digests(R"({"os":"linux","rootfs":{"type":"layers","diff_ids":["$a","$a"]}})"));
  EXPECT_EQ(patched(R"({"rootfs":null})", of_diff_ids({diff_id("a")})),
            with_digests(R"({"rootfs":{"type":"layers","diff_ids":["$a"]}})"));
}

TEST(PatchConfig, EmptiedHistory) {
  EXPECT_EQ(patched(docker_config(), of_history({0})),
            replaced(docker_config(), R"(\u0026\u0026 in /"})", R"(\u0026\u0026 in /","empty_layer":true})"));
  EXPECT_EQ(patched(docker_config(), of_history({2, 1, 2})),
            replaced(docker_config(), R"("COPY ."})", R"("COPY .","empty_layer":true})"))
      << "twice, and one that was empty before";
  EXPECT_EQ(patched(pretty_config(), of_history({0, 1})),
            replaced(replaced(pretty_config(), "\"empty_layer\": false", "\"empty_layer\": true"), "{}",
                     "{\"empty_layer\":true}"));
  const auto past_the_end = patch_config(config_of(docker_config()), of_history({3}), Limits{});
  ASSERT_FALSE(past_the_end);
  EXPECT_EQ(past_the_end.error().code, Code::invalid_argument);
}

TEST(PatchConfig, EnvironmentReplacesTheLastOfItsName) {
  EXPECT_EQ(patched(docker_config(), of_env({{"PATH", "/x"}})),
            replaced(docker_config(), "\"PATH=/opt/bin\"", "\"PATH=/x\""));
  EXPECT_EQ(patched(docker_config(), of_env({{"LANG", "a\"b"}, {"NEW", ""}, {"NEW", "=1"}})),
            replaced(docker_config(), R"("LANG=C","PATH=/opt/bin")", R"("LANG=a\"b","PATH=/opt/bin","NEW==1")"));
  EXPECT_EQ(patched(docker_config(), of_env({{"PAT", "1"}})),
            replaced(docker_config(), R"(/opt/bin"])", R"(/opt/bin","PAT=1"])"))
      << "the start of a name is another name";
  EXPECT_EQ(patched(R"({"config":{"Env":["A"]}})", of_env({{"A", "1"}})), R"({"config":{"Env":["A","A=1"]}})");
}

TEST(PatchConfig, EnvironmentIsMadeWhereThereIsNone) {
  const auto env = of_env({{"A", "1"}, {"B", "2"}, {"A", "3"}});
  EXPECT_EQ(patched("{}", env), R"({"config":{"Env":["A=3","B=2"]}})");
  EXPECT_EQ(patched(R"({"config":null,"os":"x"})", env), R"({"config":{"Env":["A=3","B=2"]},"os":"x"})");
  EXPECT_EQ(patched(R"({"config":{}})", env), R"({"config":{"Env":["A=3","B=2"]}})");
  EXPECT_EQ(patched(R"({"config":{"Env":null,"User":"u"}})", env), R"({"config":{"Env":["A=3","B=2"],"User":"u"}})");
  EXPECT_EQ(patched(R"({"config":{"Env":[]}})", env), R"({"config":{"Env":["A=3","B=2"]}})");
  EXPECT_EQ(patched(pretty_config(), env),
            replaced(pretty_config(), "sh\"]\n", "sh\"],\n    \"Env\": [\"A=3\",\"B=2\"]\n"));
}

TEST(PatchConfig, RefusesWhatNoEnvironmentHolds) {
  const ImageConfig config = config_of("{}");
  const std::string zero("a\0b", 3);
  using Env = std::vector<std::pair<std::string, std::string>>;
  for (const Env& env : {Env{{"", "x"}}, Env{{"A=B", "x"}}, Env{{zero, "x"}}, Env{{"A", zero}}, Env{{"A", "\xFF"}},
                         Env{{"\xFF", "x"}}}) {
    const auto text = patch_config(config, of_env(env), Limits{});
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Code::invalid_argument);
  }
  EXPECT_FALSE(patch_config(config, of_working_dir("\xFF"), Limits{}));
}

TEST(PatchConfig, WorkingDir) {
  EXPECT_EQ(patched(docker_config(), of_working_dir("/a")), replaced(docker_config(), "/var/task", "/a"));
  EXPECT_EQ(patched("{}", of_working_dir("/a")), R"({"config":{"WorkingDir":"/a"}})");
  ConfigPatch both = of_env({{"A", "1"}});
  both.working_dir = "/a";
  EXPECT_EQ(patched("{}", both), R"({"config":{"Env":["A=1"],"WorkingDir":"/a"}})");
  EXPECT_EQ(patched("{}", of_working_dir("")), "{}");
}

TEST(PatchConfig, AllAtOnceLeavesTheRest) {
  ConfigPatch patch = of_env({{"LANG", "C.UTF-8"}});
  patch.diff_ids = {{diff_id("n")}};
  patch.emptied_history = {2};
  patch.working_dir = "/";
  const std::string text = patched(docker_config(), patch);
  for (const char* pointer : {"/architecture", "/config/ExposedPorts", "/config/Cmd", "/config/Image",
                              "/config/Volumes", "/config/Labels", "/container", "/container_config", "/created",
                              "/docker_version", "/history/0", "/history/1", "/os", "/rootfs/type"}) {
    EXPECT_EQ(json_value_text(text, pointer).value(), json_value_text(docker_config(), pointer).value()) << pointer;
  }
  const ImageConfig config = config_of(text);
  EXPECT_EQ(config.diff_ids, std::vector{diff_id("n")});
  EXPECT_EQ(env_value(config, "LANG"), "C.UTF-8");
  EXPECT_TRUE(config.history[2].empty_layer);
  EXPECT_EQ(config.working_dir, "/");
}

// ---- manifests

std::string docker_manifest() {
  return with_digests(R"({
   "schemaVersion": 2,
   "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
   "config": {
      "mediaType": "application/vnd.docker.container.image.v1+json",
      "size": 7023,
      "digest": "$k"
   },
   "layers": [
      {
         "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
         "size": 32654,
         "digest": "$a"
      },
      {
         "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
         "size": 16724,
         "digest": "$b"
      },
      {
         "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
         "size": 32654,
         "digest": "$a"
      }
   ]
})");
}

std::string oci_manifest() {
  return with_digests(
      R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"$k","size":3,)"
      R"("data":"e30K","annotations":{"com.example":"\u0026"}},"layers":[)"
      R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"$a","size":1,"annotations":{)"
      R"("containerd.io/snapshot/stargz/toc.digest":"$t","io.containers.estargz.uncompressed-size":"4",)"
      R"("org.opencontainers.image.title":"base"}},)"
      R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd","x":1.0e5,"digest":"$b","size":2,)"
      R"("urls":["https://example.com/b"],"annotations":{)"
      R"("io.github.containers.zstd-chunked.manifest-checksum":"$t","io.github.containers.zstd-chunked.manifest-position":)"
      R"("1:2:3:1"},"data":"AAA="}],)"
      R"("subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"$s","size":9},)"
      R"("annotations":{"org.opencontainers.image.base.name":"x"},"x-unknown":[1.50]})");
}

Manifest manifest_of(std::string raw) {
  auto document = parse_document(std::move(raw), Limits{});
  EXPECT_TRUE(document) << describe(document.error());
  return document ? std::get<Manifest>(*std::move(document)) : Manifest{};
}

/// The patch that changes nothing.
ManifestPatch same(const Manifest& manifest) {
  ManifestPatch patch;
  patch.config = manifest.config;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    patch.layers.push_back({.source = i, .descriptor = manifest.layers[i], .bytes_changed = false});
  }
  return patch;
}

void recode(LayerPatch& layer, std::string_view media_type, std::string_view bytes, std::uint64_t size_bytes) {
  layer.descriptor.media_type = media_type;
  layer.descriptor.digest = digest_of(bytes);
  layer.descriptor.size_bytes = size_bytes;
  layer.bytes_changed = true;
}

PatchedManifest patched(const Manifest& manifest, const ManifestPatch& patch) {
  auto result = patch_manifest(manifest, patch, Limits{});
  EXPECT_TRUE(result) << describe(result.error());
  if (!result) return {};
  EXPECT_EQ(result->descriptor.digest, digest_of(result->raw));
  EXPECT_EQ(result->descriptor.size_bytes, result->raw.size());
  const Manifest again = manifest_of(result->raw);
  EXPECT_EQ(again.config.digest, patch.config.digest);
  EXPECT_EQ(again.layers.size(), patch.layers.size());
  for (std::size_t i = 0; i < std::min(again.layers.size(), patch.layers.size()); ++i) {
    EXPECT_EQ(again.layers[i].media_type, patch.layers[i].descriptor.media_type);
    EXPECT_EQ(again.layers[i].digest, patch.layers[i].descriptor.digest);
    EXPECT_EQ(again.layers[i].size_bytes, patch.layers[i].descriptor.size_bytes);
  }
  return *std::move(result);
}

TEST(PatchManifest, NothingChangedIsByteForByte) {
  for (const std::string& raw : {docker_manifest(), oci_manifest(), replaced(docker_manifest(), "\n", "\r\n\t")}) {
    const Manifest manifest = manifest_of(raw);
    ManifestPatch patch = same(manifest);
    EXPECT_EQ(patched(manifest, patch).raw, raw);
    for (LayerPatch& layer : patch.layers) layer.bytes_changed = true;
    EXPECT_EQ(patched(manifest, patch).raw, raw) << "the same digest: the same bytes";
    EXPECT_TRUE(patched(manifest, patch).dropped.empty());
  }
  EXPECT_EQ(patched(manifest_of(docker_manifest()), same(manifest_of(docker_manifest()))).descriptor.media_type,
            media_type::kDockerManifest);
  EXPECT_EQ(patched(manifest_of(oci_manifest()), same(manifest_of(oci_manifest()))).descriptor.media_type,
            media_type::kOciManifest)
      << "by the config, when the manifest does not say";
}

TEST(PatchManifest, ChangesTheValuesThatChange) {
  const Manifest manifest = manifest_of(docker_manifest());
  ManifestPatch patch = same(manifest);
  patch.config.digest = digest_of("n");
  patch.config.size_bytes = 7;
  recode(patch.layers[2], media_type::kDockerLayerGzip, "m", 8);
  std::string expected = replaced(docker_manifest(), with_digests("7023,\n      \"digest\": \"$k\""),
                                  with_digests("7,\n      \"digest\": \"$n\""));
  const std::size_t last = expected.rfind("32654");
  expected.replace(last, 5, "8");
  expected.replace(expected.rfind(digest_of("a").str()), digest_of("a").str().size(), digest_of("m").str());
  const PatchedManifest result = patched(manifest, patch);
  EXPECT_EQ(result.raw, expected) << "of two layers with one digest, the one that was named";
  EXPECT_TRUE(result.dropped.empty());
}

TEST(PatchManifest, AnnotationsAreSetOrReplaced) {
  for (const std::string& raw : {docker_manifest(), oci_manifest()}) {
    const Manifest manifest = manifest_of(raw);
    ManifestPatch patch = same(manifest);
    patch.annotations = {{"a/b", "1"}, {"plan", "\"x\""}};
    const PatchedManifest once = patched(manifest, patch);
    const Manifest after = manifest_of(once.raw);
    EXPECT_EQ(after.annotations.size(), manifest.annotations.size() + 2);
    EXPECT_EQ(after.annotations.at("a/b"), "1");
    EXPECT_EQ(after.annotations.at("plan"), "\"x\"");
    patch.annotations = {{"plan", "y"}};
    EXPECT_EQ(manifest_of(patched(after, patch).raw).annotations.at("plan"), "y");
  }
}

TEST(PatchManifest, LayersComeAndGo) {
  const Manifest manifest = manifest_of(docker_manifest());
  ManifestPatch patch = same(manifest);
  patch.layers.erase(patch.layers.begin());
  const std::string first = std::string(*json_value_text(manifest.raw, "/layers/0"));
  EXPECT_EQ(patched(manifest, patch).raw, replaced(docker_manifest(), first + ",\n      ", ""));
  patch.layers.clear();
  EXPECT_EQ(json_value_text(patched(manifest, patch).raw, "/layers").value(), "[]");

  patch = same(manifest);
  LayerPatch fresh;
  recode(fresh, media_type::kDockerLayerGzip, "n", 5);
  patch.layers.push_back(fresh);
  const std::string text =
      with_digests(R"({"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","digest":"$n","size":5})");
  EXPECT_EQ(patched(manifest, patch).raw, replaced(docker_manifest(), "}\n   ]", "},\n      " + text + "\n   ]"));

  const Manifest empty = manifest_of(with_digests(R"({"config":{"digest":"$k","size":1}})"));
  patch = same(empty);
  EXPECT_EQ(patched(empty, patch).raw, empty.raw);
  patch.layers = {fresh};
  EXPECT_EQ(patched(empty, patch).raw, replaced(empty.raw, "1}}", "1},\"layers\":[" + text + "]}"));
}

TEST(PatchManifest, WhatDescribesTheOldBytesGoes) {
  const Manifest manifest = manifest_of(oci_manifest());
  ManifestPatch patch = same(manifest);
  recode(patch.layers[0], media_type::kOciLayerGzip, "m", 5);
  recode(patch.layers[1], media_type::kOciLayerGzip, "n", 6);
  patch.config.digest = digest_of("c");
  const PatchedManifest result = patched(manifest, patch);
  EXPECT_EQ(
      json_value_text(result.raw, "/layers").value(),
      with_digests(R"([{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"$m","size":5,)"
                   R"("annotations":{"org.opencontainers.image.title":"base"}},)"
                   R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","x":1.0e5,"digest":"$n","size":6}])"));
  EXPECT_EQ(json_value_text(result.raw, "/config").value(),
            with_digests(R"({"mediaType":"application/vnd.oci.image.config.v1+json","digest":"$c","size":3,)"
                         R"("annotations":{"com.example":"\u0026"}})"));
  EXPECT_EQ(result.dropped,
            (std::vector<std::string>{"config: data", "layer 0: annotation containerd.io/snapshot/stargz/toc.digest",
                                      "layer 0: annotation io.containers.estargz.uncompressed-size", "layer 1: data",
                                      "layer 1: urls",
                                      "layer 1: annotation io.github.containers.zstd-chunked.manifest-checksum",
                                      "layer 1: annotation io.github.containers.zstd-chunked.manifest-position"}));
  for (const char* pointer : {"/schemaVersion", "/subject", "/annotations", "/x-unknown"}) {
    EXPECT_EQ(json_value_text(result.raw, pointer).value(), json_value_text(manifest.raw, pointer).value()) << pointer;
  }
}

TEST(PatchManifest, WhichAnnotationsHoldForTheBytes) {
  const auto survives = [](const std::string& key) {
    const Manifest manifest = manifest_of(replaced(
        with_digests(
            R"({"config":{"digest":"$k","size":1},"layers":[{"digest":"$a","size":1,"annotations":{KEY:"1"}}]})"),
        "KEY", json_string(key)));
    ManifestPatch patch = same(manifest);
    recode(patch.layers[0], media_type::kOciLayer, "n", 2);
    const PatchedManifest result = patched(manifest, patch);
    EXPECT_EQ(result.dropped.empty(), manifest_of(result.raw).layers[0].annotations.contains(key)) << key;
    return result.dropped.empty();
  };
  for (const char* key : {"containerd.io/snapshot/stargz/toc.digest", "io.containers.estargz.uncompressed-size",
                          "io.github.containers.zstd-chunked.tarsplit-position", "io.containers.zstd-chunked.x",
                          "containerd.io/snapshot/nydus-bootstrap", "containerd.io/snapshot/overlaybd/blob-digest",
                          "com.amazon.soci.index-digest", "containerd.io/uncompressed", "org.erofs.uncompressed-digest",
                          "ci.umo.uncompressed_blob_size"}) {
    EXPECT_FALSE(survives(key)) << key;
  }
  for (const char* key :
       {"", "a/b", "a~b", "org.opencontainers.image.title", "containerd.io/distribution.source.docker.io",
        "buildkit/createdat", "containerd.io/snapshot"}) {
    EXPECT_TRUE(survives(key)) << key;
  }
}

TEST(PatchManifest, CostGrowsWithTheDocument) {  // one pass per annotation would take hours here
  std::string annotations;
  for (std::size_t i = 0; i < 100'000; ++i) annotations += cat(R"("com.amazon.soci.)", i, R"(":"",)");
  const Manifest manifest =
      manifest_of(with_digests(R"({"config":{"digest":"$k","size":1},"layers":[{"digest":"$a",)") +
                  cat(R"("size":1,"annotations":{)", annotations, R"("kept":"1"}}]})"));
  ManifestPatch patch = same(manifest);
  recode(patch.layers[0], media_type::kOciLayer, "n", 2);
  const PatchedManifest result = patched(manifest, patch);
  EXPECT_EQ(result.dropped.size(), 100'000U);
  EXPECT_EQ(json_value_text(result.raw, "/layers/0/annotations").value(), R"({"kept":"1"})");
}

TEST(PatchManifest, OnlyTheMediaTypesChangeWithTheFamily) {
  const Manifest manifest = manifest_of(oci_manifest());
  ManifestPatch patch = same(manifest);
  patch.media_type = media_type::kDockerManifest;
  patch.config.media_type.clear();
  patch.layers[0].descriptor.media_type = layer_media_type(Codec::gzip, DocumentFamily::docker);
  const PatchedManifest result = patched(manifest, patch);
  std::string expected = replaced(oci_manifest(), media_type::kOciConfig, media_type::kDockerConfig);
  expected = replaced(expected, media_type::kOciLayerGzip, media_type::kDockerLayerGzip);
  expected = replaced(expected, "[1.50]}", cat("[1.50],\"mediaType\":\"", media_type::kDockerManifest, "\"}"));
  EXPECT_EQ(result.raw, expected);
  EXPECT_EQ(result.descriptor.media_type, media_type::kDockerManifest);
  EXPECT_TRUE(result.dropped.empty()) << "the blobs are the same";

  const Manifest docker = manifest_of(docker_manifest());
  patch = same(docker);
  patch.media_type = media_type::kOciManifest;
  patch.config.media_type.clear();
  EXPECT_EQ(patched(docker, patch).raw,
            replaced(replaced(docker_manifest(), media_type::kDockerManifest, media_type::kOciManifest),
                     media_type::kDockerConfig, media_type::kOciConfig));
}

TEST(PatchManifest, EscapedMembersAreFound) {
  const std::string raw = with_digests(
      R"({"con\u0066ig":{"digest":"$k","size":1},"layers":[{"\u006dediaType":"a\/b","di\u0067est":"$a","size":1,)"
      R"("\u0061nnotations":{"containerd.io\/uncompressed":"1","k":"\/"}}]})");
  const Manifest manifest = manifest_of(raw);
  ManifestPatch patch = same(manifest);
  recode(patch.layers[0], "c/d", "n", 1);
  EXPECT_EQ(patched(manifest, patch).raw,
            replaced(replaced(replaced(raw, R"(a\/b)", "c/d"), digest_of("a").str(), digest_of("n").str()),
                     R"("containerd.io\/uncompressed":"1",)", ""));
}

TEST(PatchManifest, Refuses) {
  const Manifest manifest = manifest_of(docker_manifest());
  ManifestPatch patch = same(manifest);
  patch.layers[0].source = 3;
  EXPECT_EQ(patch_manifest(manifest, patch, Limits{}).error().code, Code::invalid_argument);
  patch = same(manifest);
  patch.layers[1].descriptor.media_type.clear();
  EXPECT_EQ(patch_manifest(manifest, patch, Limits{}).error().code, Code::invalid_argument);
  patch = same(manifest);
  patch.layers.push_back({});
  EXPECT_EQ(patch_manifest(manifest, patch, Limits{}).error().code, Code::invalid_argument);
  Limits limits;
  limits.json_bytes = docker_manifest().size();
  patch = same(manifest);
  patch.layers.push_back(patch.layers[0]);
  EXPECT_EQ(patch_manifest(manifest, patch, limits).error().code, Code::limit_exceeded);
}

TEST(DocumentFamily, TheManifestDecidesThenItsDescriptorThenTheConfig) {
  const auto family = [](std::string_view own, std::string_view descriptor, std::string_view config) {
    Manifest manifest;
    manifest.media_type = own;
    manifest.config.media_type = config;
    Descriptor named;
    named.media_type = descriptor;
    return family_of(manifest, named);
  };
  using namespace media_type;
  EXPECT_EQ(family(kDockerManifest, kOciManifest, kOciConfig), DocumentFamily::docker);
  EXPECT_EQ(family("", kOciManifest, kDockerConfig), DocumentFamily::oci);
  EXPECT_EQ(family("", "", kDockerConfig), DocumentFamily::docker);
  EXPECT_EQ(family("x", "y", kOciConfig), DocumentFamily::oci);
  EXPECT_EQ(family("", "", "application/vnd.cncf.helm.config.v1+json"), DocumentFamily::keep);
}

TEST(DocumentFamily, NamesItsTypes) {
  using namespace media_type;
  EXPECT_EQ(layer_media_type(Codec::none, DocumentFamily::oci), kOciLayer);
  EXPECT_EQ(layer_media_type(Codec::gzip, DocumentFamily::oci), kOciLayerGzip);
  EXPECT_EQ(layer_media_type(Codec::zstd, DocumentFamily::oci), kOciLayerZstd);
  EXPECT_EQ(layer_media_type(Codec::none, DocumentFamily::docker), kDockerLayer);
  EXPECT_EQ(layer_media_type(Codec::gzip, DocumentFamily::docker), kDockerLayerGzip);
  EXPECT_EQ(layer_media_type(Codec::zstd, DocumentFamily::docker), kDockerLayerZstd);
  EXPECT_EQ(layer_media_type(Codec::zstd, DocumentFamily::keep), kOciLayerZstd);
  EXPECT_EQ(config_media_type(DocumentFamily::docker), kDockerConfig);
  EXPECT_EQ(config_media_type(DocumentFamily::oci), kOciConfig);
  EXPECT_EQ(manifest_media_type(DocumentFamily::docker), kDockerManifest);
  EXPECT_EQ(manifest_media_type(DocumentFamily::oci), kOciManifest);
}

}  // namespace
}  // namespace ocitidy
