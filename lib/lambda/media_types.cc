// media_types.cc - the table of layer media types and what Lambda makes of each.
#include "lambda/media_types.h"

namespace ocitidy::lambda {
namespace {

using Verdict = LayerType::Verdict;

struct Row {
  std::string_view media_type;
  LayerType type;
};

// Sources: image-spec media-types.md and layer.md (non-distributable layers); Docker image manifest V2 schema 2.
constexpr Row kRows[] = {
    {media_type::kOciLayer, {Verdict::accepted, Codec::none}},
    {media_type::kOciLayerGzip, {Verdict::accepted, Codec::gzip}},
    {media_type::kOciLayerZstd, {Verdict::zstd, Codec::zstd}},
    {media_type::kDockerLayer, {Verdict::docker_uncompressed, Codec::none}},
    {media_type::kDockerLayerGzip, {Verdict::accepted, Codec::gzip}},
    {media_type::kDockerLayerZstd, {Verdict::zstd, Codec::zstd}},
    {media_type::kInToto, {Verdict::attestation, Codec::none}},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar", {Verdict::foreign, Codec::none}},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", {Verdict::foreign, Codec::gzip}},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", {Verdict::foreign, Codec::zstd}},
    {"application/vnd.docker.image.rootfs.foreign.diff.tar", {Verdict::foreign, Codec::none}},
    {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", {Verdict::foreign, Codec::gzip}},
};

}  // namespace

Family family_of(std::string_view media_type) {
  if (media_type.starts_with("application/vnd.oci.")) return Family::oci;
  if (media_type.starts_with("application/vnd.docker.")) return Family::docker;
  return Family::neither;
}

bool is_of_other_family(std::string_view media_type, Family rest) {
  const Family family = family_of(media_type);
  return family != Family::neither && rest != Family::neither && family != rest;
}

std::string_view family_name(Family family) {
  switch (family) {
    case Family::oci:
      return "OCI";
    case Family::docker:
      return "Docker";
    case Family::neither:
      break;
  }
  return "neither";
}

LayerType classify_layer(std::string_view media_type) {
  // ocicrypt appends its suffix to the type of the layer before encryption.
  if (media_type.ends_with("+encrypted")) return {Verdict::encrypted, Codec::none};
  for (const Row& row : kRows) {
    if (row.media_type == media_type) return row.type;
  }
  return {};
}

const std::string& manifest_media_type(const ImageModel& image) {
  const std::string& own = image.manifest().media_type;
  return own.empty() ? image.manifest_descriptor().media_type : own;
}

bool is_accepted_manifest(std::string_view media_type) {
  return media_type == media_type::kOciManifest || media_type == media_type::kDockerManifest;
}

bool is_accepted_config(std::string_view media_type) {
  return media_type == media_type::kOciConfig || media_type == media_type::kDockerConfig;
}

}  // namespace ocitidy::lambda
