// Edges of the rules about documents: unsupported-media-type, docker-uncompressed-layer, image-index.
#include <gtest/gtest.h>

#include "base/hasher.h"
#include "base/text.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kRule = "unsupported-media-type";

TEST(UnsupportedMediaType, GroupsLayersOfOneType) {
  const std::vector<Finding> findings = expect_finds(
      kRule,
      "base healthy\nlayer zstd\nfile opt/a \"a\"\nlayer zstd docker\nfile opt/b \"b\"\nlayer zstd\nfile opt/c \"c\"");
  ASSERT_EQ(findings.size(), 3u);  // OCI zstd, Docker zstd, and their mixture
  for (const Finding& finding : findings) EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_EQ(findings[0].where.size(), 2u);
}

TEST(UnsupportedMediaType, ComparesBytesWithTheirName) {
  const auto layer = [](std::string_view codec, std::string_view suffix) {
    return cat("layer ", codec, " type=application/vnd.oci.image.layer.v1.tar", suffix, "\nfile opt/a \"a\"\n");
  };
  expect_silent(kRule, layer("none", ""));
  expect_silent(kRule, layer("gzip", "+gzip"));
  EXPECT_EQ(expect_finds(kRule, layer("gzip", "")).size(), 1u);
  EXPECT_EQ(expect_finds(kRule, layer("none", "+gzip")).size(), 1u);
  EXPECT_EQ(expect_finds(kRule, layer("zstd", "+gzip")).size(), 1u);
  EXPECT_EQ(expect_finds(kRule, layer("gzip", "+zstd")).size(), 2u);
  expect_silent(kRule, "transport docker-archive\n" + layer("none", "+gzip"));
}

TEST(UnsupportedMediaType, JudgesUnreadLayersByNameOnly) {
  const std::vector<Finding> findings = expect_finds(
      kRule, "base healthy\nlayer type=application/vnd.docker.image.rootfs.foreign.diff.tar.gzip docker absent");
  ASSERT_EQ(findings.size(), 2u);  // foreign, and Docker's in an OCI manifest
  EXPECT_NE(findings[0].message.find("not pushed"), std::string::npos);
}

/// A one-layer image whose layer may be fetched from elsewhere.
Image image_with_urls() {
  auto blobs = std::make_shared<MemoryBlobs>();
  const LayerBlob layer = write_layer({}, Codec::gzip);
  const Descriptor stored = blobs->add(media_type::kOciLayerGzip, layer.bytes);
  const Descriptor config = blobs->add(
      media_type::kOciConfig, cat(R"({"os":"linux","architecture":"arm64","rootfs":{"type":"layers","diff_ids":[")",
                                  layer.diff_id.value.str(), R"("]}})"));
  const auto json = [](const Descriptor& blob, std::string_view more) {
    return cat(R"({"mediaType":")", blob.media_type, R"(","digest":")", blob.digest.str(), R"(","size":)",
               blob.size_bytes, more, "}");
  };
  Image image;
  image.root =
      blobs->add(media_type::kOciManifest, cat(R"({"schemaVersion":2,"config":)", json(config, ""), R"(,"layers":[)",
                                               json(stored, R"(,"urls":["https://example.com/layer"])"), "]}"));
  image.blobs = std::move(blobs);
  return image;
}

TEST(UnsupportedMediaType, SeesUrls) {
  const std::vector<Finding> findings = expect_finds(kRule, image_with_urls());
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("'urls'"), std::string::npos);
  EXPECT_EQ(findings[0].where.front().layer, 0u);
}

TEST(UnsupportedMediaType, AcceptsAnEmptyImage) { expect_silent(kRule, "base none"); }

TEST(DockerUncompressedLayer, GoesByTheExactName) {
  constexpr std::string_view rule = "docker-uncompressed-layer";
  const std::vector<Finding> findings = expect_finds(
      rule, "layer gzip type=application/vnd.docker.image.rootfs.diff.tar\nfile a \"a\"\nlayer none oci\nfile b \"b\"");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where.size(), 1u);
  expect_silent(rule, "base none");
  expect_not_applicable(rule, "artifact application/x");
}

TEST(ImageIndex, ListsItsMembersWithinReason) {
  std::string recipe = "index nested\nattestation\n";
  for (int i = 0; i < 30; ++i) recipe += cat("also arch mips", i, "\n");
  LintOptions options;
  options.platform = Platform{.os = "linux", .architecture = "amd64", .variant = ""};
  const std::vector<Finding> findings = expect_finds("image-index", recipe, options);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("and 26 more"), std::string::npos) << findings[0].message;
  EXPECT_NE(findings[0].fix.find("--platform linux/amd64 --provenance=false"), std::string::npos) << findings[0].fix;
  expect_silent("image-index", "base none");
}

}  // namespace
}  // namespace ocitidy::test
