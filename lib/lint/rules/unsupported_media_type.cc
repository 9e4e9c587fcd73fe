// unsupported-media-type: manifest, config or layers that Lambda does not take, or that are not what they say.
// Why and examples: docs/rules/unsupported-media-type.md
#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "lambda/media_types.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using Verdict = lambda::LayerType::Verdict;
using LayerNumbers = std::vector<std::uint32_t>;

constexpr std::string_view kCompressFix =
    "write gzip layers: docker buildx build --output type=image,compression=gzip,force-compression=true; "
    "or skopeo copy --dest-compress-format gzip --dest-force-compress-format SOURCE DESTINATION";

void check_documents(const ImageModel& image, FindingSink& out) {
  const Manifest& manifest = image.manifest();
  const std::string& type = lambda::manifest_media_type(image);
  if (!type.empty() && !lambda::is_accepted_manifest(type)) {
    out.add({.message = cat("the manifest's media type is ", quote(type), ", which Lambda does not take"),
             .fix = "build a Docker V2 schema 2 or OCI image manifest",
             .where = {in_document("manifest#/mediaType")},
             .severity = {}});
  }
  if (!lambda::is_accepted_config(manifest.config.media_type)) {
    out.add({.message =
                 cat("the config's media type is ", quote(manifest.config.media_type),
                     manifest.artifact_type.empty() ? "" : cat(" (artifact type ", quote(manifest.artifact_type), ")"),
                     ": not the config of a container image, so there is nothing to run"),
             .fix = "deploy the container image that this artifact belongs to",
             .where = {in_document("manifest#/config/mediaType")},
             .severity = {}});
  }
}

struct Refusal {
  Verdict verdict;
  Severity severity;
  std::string_view why, fix;
};
// docker-uncompressed-layer and attestation-manifest tell of the two verdicts that are missing here.
constexpr Refusal kRefusals[] = {
    {Verdict::zstd, Severity::warning, "ECR stores zstd, but whether Lambda unpacks it is not documented",
     kCompressFix},
    {Verdict::foreign, Severity::error, "its bytes are not pushed with the image, and Lambda reads ECR only",
     "rebuild on a base image whose layers may be distributed"},
    {Verdict::encrypted, Severity::error, "Lambda has no key to decrypt it",
     "push the image unencrypted; ECR encrypts what it stores"},
    {Verdict::unknown, Severity::error, "it is no image layer that Lambda takes", kCompressFix},
};

void report_type(const std::string& type, const LayerNumbers& layers, FindingSink& out) {
  const auto refusal = std::ranges::find(kRefusals, lambda::classify_layer(type).verdict, &Refusal::verdict);
  if (refusal == std::end(kRefusals)) return;
  Finding finding = about_layer_types(layers,
                                      cat(listed_layers(layers), layers.size() == 1 ? " has" : " have",
                                          " the media type ", quote(type), ": ", refusal->why),
                                      refusal->fix);
  finding.severity = refusal->severity;
  out.add(std::move(finding));
}

/// What the bytes are, against what their common `type` says. Unread layers are not judged.
void report_codec(const ImageModel& image, const std::string& type, const LayerNumbers& layers, FindingSink& out) {
  const auto [verdict, promised] = lambda::classify_layer(type);
  if (verdict == Verdict::unknown || verdict == Verdict::attestation) return;
  const auto said = [](Codec codec) { return codec == Codec::none ? "plain tar" : codec_name(codec); };
  for (const Codec actual : {Codec::none, Codec::gzip, Codec::zstd}) {
    LayerNumbers wrong;
    std::ranges::copy_if(layers, std::back_inserter(wrong), [&](std::uint32_t i) {
      return image.layers()[i].contents == LayerContents::scanned && image.layers()[i].codec == actual;
    });
    if (actual == promised || wrong.empty()) continue;
    out.add(about_layer_types(wrong,
                              cat(listed_layers(wrong), ": the bytes are ", said(actual), ", but the media type ",
                                  quote(type), " promises ", said(promised)),
                              kCompressFix));
  }
}

void check_layers(const ImageModel& image, FindingSink& out) {
  std::map<std::string, LayerNumbers> by_type;
  LayerNumbers with_urls;
  for (std::uint32_t i = 0; i < image.layers().size(); ++i) {
    const Descriptor& layer = image.layers()[i].descriptor;
    by_type[layer.media_type].push_back(i);
    if (!layer.urls.empty() && lambda::classify_layer(layer.media_type).verdict != Verdict::foreign)
      with_urls.push_back(i);
  }
  for (const auto& [type, layers] : by_type) {
    report_type(type, layers, out);
    // A docker-archive's layers are compressed, and its manifest is written, when it is pushed.
    if (image.source().transport != Transport::docker_archive) report_codec(image, type, layers, out);
  }
  if (with_urls.empty()) return;
  out.add(about_layer_types(
      with_urls, cat(listed_layers(with_urls), ": 'urls' say to fetch the bytes elsewhere; Lambda reads ECR only"),
      "push the layer's bytes with the image, and its descriptor without 'urls'"));
}

/// Docker's and OCI's types in one manifest: what tools that append layers leave behind.
void check_families(const ImageModel& image, FindingSink& out) {
  const Manifest& manifest = image.manifest();
  const lambda::Family family = lambda::family_of(lambda::manifest_media_type(image));
  LayerNumbers layers;
  for (std::uint32_t i = 0; i < manifest.layers.size(); ++i) {
    if (lambda::is_of_other_family(manifest.layers[i].media_type, family)) layers.push_back(i);
  }
  std::vector<std::string> parts;
  if (lambda::is_of_other_family(manifest.config.media_type, family)) parts.emplace_back("the config");
  if (!layers.empty()) parts.push_back(listed_layers(layers));
  if (parts.empty()) return;
  Finding finding =
      about_layer_types(layers,
                        cat("mixed media types: the manifest is ", lambda::family_name(family), ", ",
                            listed(parts, parts.size()), family == lambda::Family::oci ? " Docker" : " OCI"),
                        "let one tool write all of it: skopeo copy --format oci SOURCE DESTINATION");
  if (layers.empty()) finding.where.push_back(in_document("manifest#/config/mediaType"));
  finding.severity = Severity::warning;
  out.add(std::move(finding));
}

Outcome check(const LintInput& in, FindingSink& out) {
  check_documents(in.image, out);
  if (in.image.is_artifact()) return Outcome::checked();  // its layers are anything: the config says it all
  check_layers(in.image, out);
  if (in.image.source().transport != Transport::docker_archive) check_families(in.image, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule unsupported_media_type = {
    .info = {.id = "unsupported-media-type",
             .title = "Manifest, config or layer type that Lambda does not take",
             .since = "0.1.0",
             .category = Category::deploy,
             .severity = Severity::error,
             .evidence = Evidence::documented},
    .check = check};

}  // namespace ocitidy::rules
