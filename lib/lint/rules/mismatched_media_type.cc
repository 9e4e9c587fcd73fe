// mismatched-media-type: a layer is compressed otherwise than its media type says.
// Why and examples: docs/rules/mismatched-media-type.md
#include <map>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "lambda/media_types.h"
#include "lint/document_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using Verdict = lambda::LayerType::Verdict;

constexpr Profiles kProfiles{std::uint8_t(Profile::oci) | std::uint8_t(Profile::generic)};

std::string_view said(Codec codec) { return codec == Codec::none ? "plain tar" : codec_name(codec); }

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact())
    return Outcome::not_applicable("an artifact, not a container image: its layers are its own");
  if (in.image.source().transport == Transport::docker_archive) {
    return Outcome::not_applicable("a docker-archive names no media types");
  }
  std::map<std::tuple<std::string_view, Codec>, std::vector<std::uint32_t>> wrong;
  for (std::uint32_t i = 0; i < in.image.layers().size(); ++i) {
    const Layer& layer = in.image.layers()[i];
    const auto [verdict, promised] = lambda::classify_layer(layer.descriptor.media_type);
    const bool names_a_codec = verdict != Verdict::unknown && verdict != Verdict::attestation;
    if (layer.contents != LayerContents::scanned || !names_a_codec || layer.codec == promised) continue;
    wrong[{layer.descriptor.media_type, layer.codec}].push_back(i);
  }
  for (const auto& [fault, layers] : wrong) {
    const auto& [type, actual] = fault;
    Finding finding = about_layer_types(
        layers,
        cat(listed_layers(layers), ": the bytes are ", said(actual), ", but the media type ", quote(type), " promises ",
            said(lambda::classify_layer(type).codec), "; it MUST be what its name says (layer.md)"),
        "correct the media type: ocitidy optimize --passes fix-media-types; or let one tool write the layers: skopeo "
        "copy");
    finding.severity = severity_of(Requirement::must, in.options.profile);
    out.add(std::move(finding));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule mismatched_media_type = {
    .info = {.id = "mismatched-media-type",
             .title = "Layer that is compressed otherwise than its media type says",
             .since = "0.1.0",
             .category = Category::oci,
             .severity = Severity::warning,
             .evidence = Evidence::documented,
             .profiles = kProfiles,
             .fixed_by = "fix-media-types"},
    .check = check};

}  // namespace ocitidy::rules
