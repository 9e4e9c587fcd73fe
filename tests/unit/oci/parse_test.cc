// parse_test - documents: what they must hold, and what two readers could read differently.
#include "oci/parse.h"

#include <gtest/gtest.h>

#include "base/hasher.h"

namespace ocitidy {
namespace {

std::string descriptor(std::string_view media_type, std::string_view extra = "") {
  return R"({"mediaType":")" + std::string(media_type) + R"(","digest":")" + digest_of("x").str() + R"(","size":1)" +
         std::string(extra) + "}";
}

std::string manifest(std::string_view extra = "") {
  return R"({"schemaVersion":2,"config":)" + descriptor(media_type::kOciConfig) + R"(,"layers":[)" +
         descriptor(media_type::kOciLayerGzip) + "]" + std::string(extra) + "}";
}

Code refusal(std::string text) {
  const auto parsed = parse_document(std::move(text), Limits{});
  EXPECT_FALSE(parsed);
  return parsed ? Code::internal : parsed.error().code;
}

TEST(ParseDocument, TellsManifestFromIndexByItsMembers) {
  const auto a = parse_document(manifest(), Limits{});
  ASSERT_TRUE(a) << describe(a.error());
  ASSERT_TRUE(std::holds_alternative<Manifest>(*a));
  EXPECT_EQ(std::get<Manifest>(*a).layers.size(), 1U);
  EXPECT_EQ(std::get<Manifest>(*a).raw, manifest()) << "raw bytes are kept";
  const auto b = parse_document(R"({"schemaVersion":2,"manifests":[]})", Limits{});
  ASSERT_TRUE(b);
  EXPECT_TRUE(std::holds_alternative<Index>(*b));
}

TEST(ParseDocument, RefusesAnIndexThatIsAManifestToo) {  // CVE-2021-41190
  EXPECT_EQ(refusal(manifest(R"(,"manifests":[])")), Code::corrupt);
}

TEST(ParseDocument, RefusesWrongShapes) {
  EXPECT_EQ(refusal("{}"), Code::corrupt);
  EXPECT_EQ(refusal("[]"), Code::corrupt);
  EXPECT_EQ(refusal("null"), Code::corrupt);
  EXPECT_EQ(refusal(R"({"schemaVersion":1,"fsLayers":[],"manifests":[]})"), Code::unsupported);
  EXPECT_EQ(refusal(R"({"layers":[]})"), Code::corrupt) << "no config";
  EXPECT_EQ(refusal(R"({"config":)" + descriptor("x") + R"(,"layers":{}})"), Code::corrupt);
  EXPECT_EQ(refusal(R"({"config":)" + descriptor("x") + R"(,"layers":[{"mediaType":"x","size":1}]})"), Code::corrupt);
  EXPECT_EQ(refusal(R"({"manifests":[{"digest":"sha256:x","size":1}]})"), Code::corrupt);
}

TEST(ParseDocument, ErrorsNameTheJsonPointer) {
  const auto parsed = parse_document(R"({"manifests":[{"digest":"sha256:x","size":1}]})", Limits{});
  EXPECT_NE(describe(parsed.error()).find("/manifests/0/digest"), std::string::npos) << describe(parsed.error());
}

TEST(ParseDocument, LayerAndManifestCountsAreBounded) {
  Limits limits;
  limits.layers = 0;
  EXPECT_EQ(parse_document(manifest(), limits).error().code, Code::limit_exceeded);
  limits.index_manifests = 0;
  EXPECT_EQ(parse_document(R"({"manifests":[)" + descriptor("x") + "]}", limits).error().code, Code::limit_exceeded);
}

TEST(ParseConfig, ReadsWhatLambdaReads) {
  const auto config = parse_config(
      R"({"os":"linux","architecture":"arm64","config":{"Entrypoint":["/e"],"Cmd":["a.b"],"Env":["A=1","A=2","AB=3"],
          "WorkingDir":"/var/task","User":"1"},"rootfs":{"type":"layers","diff_ids":[")" +
          digest_of("x").str() + R"("]},
          "history":[{"created_by":"c","empty_layer":true},{"created_by":"d"}]})",
      Limits{});
  ASSERT_TRUE(config) << describe(config.error());
  EXPECT_EQ(config->platform.str(), "linux/arm64");
  EXPECT_EQ(config->entrypoint, std::vector<std::string>{"/e"});
  EXPECT_EQ(config->cmd, std::vector<std::string>{"a.b"});
  EXPECT_EQ(env_value(*config, "A"), "2") << "the last one counts";
  EXPECT_EQ(env_value(*config, "B"), std::nullopt);
  EXPECT_EQ(config->diff_ids.size(), 1U);
  ASSERT_EQ(config->history.size(), 2U);
  EXPECT_TRUE(config->history[0].empty_layer);
}

TEST(ParseConfig, ReadsWhatLambdaIgnores) {
  const auto config = parse_config(
      R"({"config":{"ExposedPorts":{"8080/tcp":{},"53/udp":{}},"Volumes":{"/data":{}},"StopSignal":"SIGINT",
          "Healthcheck":{"Test":["CMD","curl","localhost"],"Interval":1000000000},"Shell":["/bin/ash","-c"],
          "OnBuild":["RUN make"]}})",
      Limits{});
  ASSERT_TRUE(config) << describe(config.error());
  EXPECT_EQ(config->exposed_ports, (std::vector<std::string>{"53/udp", "8080/tcp"}));
  EXPECT_EQ(config->volumes, std::vector<std::string>{"/data"});
  EXPECT_EQ(config->healthcheck, (std::vector<std::string>{"CMD", "curl", "localhost"}));
  EXPECT_EQ(config->stop_signal, "SIGINT");
  EXPECT_EQ(config->shell, (std::vector<std::string>{"/bin/ash", "-c"}));
  EXPECT_EQ(config->on_build, std::vector<std::string>{"RUN make"});
}

TEST(ParseConfig, TakesWhatLambdaIgnoresInAnyType) {
  const auto config = parse_config(
      R"({"config":{"ExposedPorts":["80"],"Volumes":7,"StopSignal":9,"Healthcheck":"no","Shell":[1],"OnBuild":null}})",
      Limits{});
  ASSERT_TRUE(config) << describe(config.error());
  EXPECT_TRUE(config->exposed_ports.empty() && config->volumes.empty() && config->stop_signal.empty());
  EXPECT_TRUE(config->healthcheck.empty() && config->shell.empty() && config->on_build.empty());
}

TEST(ParseConfig, RefusesWrongTypes) {
  for (const std::string_view text :
       {R"({"os":123})", R"({"config":{"Env":[1]}})", R"({"config":{"User":1}})", R"({"rootfs":{"type":"other"}})",
        R"({"rootfs":{"type":"layers","diff_ids":["sha256:0"]}})", R"({"history":{}})", "invalid"}) {
    EXPECT_FALSE(parse_config(std::string(text), Limits{})) << text;
  }
}

TEST(Platform, ParsesAndAnswers) {
  const auto arm = Platform::parse("linux/arm64");
  ASSERT_TRUE(arm);
  EXPECT_TRUE((Platform{"linux", "arm64", "v8"}.answers(*arm)));
  EXPECT_TRUE(arm->answers(Platform::parse("linux/arm64/v8").value()));
  EXPECT_FALSE((Platform{"linux", "arm", "v6"}.answers(Platform{"linux", "arm", "v7"})));
  EXPECT_FALSE((Platform{"linux", "amd64", ""}.answers(*arm)));
  for (const std::string_view bad : {"", "linux", "linux/", "/arm64", "linux/arm64/", "a/b/c/d"}) {
    EXPECT_FALSE(Platform::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace ocitidy
