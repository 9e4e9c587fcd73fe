// unsupported-media-type: manifest, config or layers of a kind that Lambda does not take, or that are not what they
// say. Why and examples: docs/rules/unsupported-media-type.md
#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "lambda/media_types.h"
#include "lint/rules/rules.h"
#include "lint/rules/wording.h"

namespace ocitidy::rules {
namespace {

using Verdict = lambda::LayerType::Verdict;
using LayerNumbers = std::vector<std::uint32_t>;

constexpr std::string_view kCompressFix =
    "write gzip layers: docker buildx build --output type=image,compression=gzip,force-compression=true; "
    "or skopeo copy --dest-compress-format gzip --dest-force-compress-format SOURCE DESTINATION";

Finding about_layers(const LayerNumbers& layers, std::string message, std::string_view fix) {
  Finding finding{.message = std::move(message), .fix = std::string(fix), .where = {}, .severity = {}};
  for (const std::uint32_t layer : layers) {
    finding.where.push_back(in_layer(layer));
    finding.where.back().json_pointer = cat("manifest#/layers/", layer, "/mediaType");
  }
  return finding;
}

/// The manifest need not name its own type; its descriptor does.
const std::string& manifest_type(const ImageModel& image) {
  const std::string& own = image.manifest().media_type;
  return own.empty() ? image.manifest_descriptor().media_type : own;
}

void check_documents(const ImageModel& image, FindingSink& out) {
  const Manifest& manifest = image.manifest();
  const std::string& type = manifest_type(image);
  if (!type.empty() && !lambda::is_accepted_manifest(type)) {
    out.add({.message = cat("the manifest's media type is ", quote(type), ", which Lambda does not take"),
             .fix = "build as a Docker V2 schema 2 or OCI image manifest",
             .where = {in_document("manifest#/mediaType")},
             .severity = {}});
  }
  if (!lambda::is_accepted_config(manifest.config.media_type)) {
    const std::string kind =
        manifest.artifact_type.empty() ? "" : cat(" (artifact type ", quote(manifest.artifact_type), ")");
    out.add({.message = cat("the config's media type is ", quote(manifest.config.media_type), kind,
                            ": not the config of a container image, so there is nothing to run"),
             .fix = "deploy the image this artifact belongs to; its config has the type "
                    "application/vnd.oci.image.config.v1+json",
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
constexpr std::array kRefusals = {
    Refusal{Verdict::zstd, Severity::warning, "ECR stores zstd, but whether Lambda unpacks it is not documented",
            kCompressFix},
    Refusal{Verdict::foreign, Severity::error, "its bytes are not pushed with the image, and Lambda reads ECR only",
            "rebuild on a base image whose layers may be distributed"},
    Refusal{Verdict::encrypted, Severity::error, "Lambda has no key to decrypt it",
            "push the image unencrypted; ECR encrypts what it stores"},
    Refusal{Verdict::unknown, Severity::error, "it is no image layer that Lambda takes", kCompressFix},
};

void report_type(const std::string& type, const LayerNumbers& layers, FindingSink& out) {
  const auto refusal = std::ranges::find(kRefusals, lambda::classify_layer(type).verdict, &Refusal::verdict);
  if (refusal == kRefusals.end()) return;
  Finding finding = about_layers(layers,
                                 cat(listed_layers(layers), layers.size() == 1 ? " has" : " have", " the media type ",
                                     quote(type), ": ", refusal->why),
                                 refusal->fix);
  finding.severity = refusal->severity;
  out.add(std::move(finding));
}

void check_layer_types(const ImageModel& image, FindingSink& out) {
  std::map<std::string, LayerNumbers> by_type;
  LayerNumbers with_urls;
  for (std::uint32_t i = 0; i < image.layers().size(); ++i) {
    const Descriptor& layer = image.layers()[i].descriptor;
    by_type[layer.media_type].push_back(i);
    const bool foreign = lambda::classify_layer(layer.media_type).verdict == Verdict::foreign;
    if (!layer.urls.empty() && !foreign) with_urls.push_back(i);
  }
  for (const auto& [type, layers] : by_type) report_type(type, layers, out);
  if (with_urls.empty()) return;
  out.add(
      about_layers(with_urls,
                   cat(listed_layers(with_urls), " may be fetched from other places ('urls', the first is ",
                       quote(image.layers()[with_urls.front()].descriptor.urls.front()), "); Lambda reads ECR only"),
                   "push the layer's bytes with the image, and its descriptor without 'urls'"));
}

/// What the bytes are, against what the name says. Unread layers are not judged.
void check_codecs(const ImageModel& image, FindingSink& out) {
  std::map<std::pair<std::string, Codec>, LayerNumbers> wrong;
  for (std::uint32_t i = 0; i < image.layers().size(); ++i) {
    const Layer& layer = image.layers()[i];
    const lambda::LayerType type = lambda::classify_layer(layer.descriptor.media_type);
    const bool named = type.verdict != Verdict::unknown && type.verdict != Verdict::attestation;
    if (layer.contents != LayerContents::scanned || !named || type.codec == layer.codec) continue;
    wrong[{layer.descriptor.media_type, layer.codec}].push_back(i);
  }
  for (const auto& [key, layers] : wrong) {
    const auto said = [](Codec codec) { return codec == Codec::none ? "a plain tar" : codec_name(codec); };
    out.add(about_layers(
        layers,
        cat(listed_layers(layers), layers.size() == 1 ? " is " : " are ", said(key.second), ", but the media type ",
            quote(key.first), " promises ", said(lambda::classify_layer(key.first).codec)),
        kCompressFix));
  }
}

/// Docker's and OCI's types in one manifest: what tools that append layers leave behind.
void check_families(const ImageModel& image, FindingSink& out) {
  const Manifest& manifest = image.manifest();
  const lambda::Family family = lambda::family_of(manifest_type(image));
  const auto differs = [&](const Descriptor& part) {
    const lambda::Family other = lambda::family_of(part.media_type);
    return family != lambda::Family::neither && other != lambda::Family::neither && other != family;
  };
  LayerNumbers layers;
  for (std::uint32_t i = 0; i < manifest.layers.size(); ++i) {
    if (differs(manifest.layers[i])) layers.push_back(i);
  }
  if (layers.empty() && !differs(manifest.config)) return;
  const std::string_view others = family == lambda::Family::oci ? "Docker" : "OCI";
  std::vector<std::string> parts;
  if (differs(manifest.config)) parts.emplace_back("the config");
  if (!layers.empty()) parts.push_back(listed_layers(layers));
  Finding finding = about_layers(layers,
                                 cat("mixed media types: the manifest is ", lambda::family_name(family), ", ",
                                     listed(parts, parts.size()), " ", others),
                                 "let one tool write all of it: skopeo copy --format oci SOURCE DESTINATION");
  if (layers.empty()) finding.where.push_back(in_document("manifest#/config/mediaType"));
  finding.severity = Severity::warning;
  out.add(std::move(finding));
}

Outcome check(const LintInput& in, FindingSink& out) {
  check_documents(in.image, out);
  if (in.image.is_artifact()) return Outcome::checked();  // its layers are anything: the config says it all
  check_layer_types(in.image, out);
  // The manifest of a docker-archive is made up, and its layers are compressed only when they are pushed.
  if (in.image.source().transport == Transport::docker_archive) return Outcome::checked();
  check_codecs(in.image, out);
  check_families(in.image, out);
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
