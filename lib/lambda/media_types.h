// media_types.h - which manifest, config and layer media types Lambda takes, by name alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// Whose naming scheme a media type belongs to.
enum class Family : std::uint8_t { neither, oci, docker };
Family family_of(std::string_view media_type);
/// Does `media_type` belong to OCI where the rest is Docker's, or the reverse?
bool is_of_other_family(std::string_view media_type, Family rest);
std::string_view family_name(Family family);  ///< "OCI", "Docker", "neither"

struct LayerType {
  enum class Verdict : std::uint8_t {
    accepted,
    docker_uncompressed,  ///< refused although Docker itself writes it
    zstd,                 ///< nobody states whether Lambda reads it
    foreign,              ///< bytes live elsewhere
    encrypted,
    attestation,  ///< in-toto statement, not a file system
    unknown,
  };
  Verdict verdict = Verdict::unknown;
  Codec codec = Codec::none;  ///< what the name promises; meaningless for attestation and unknown
};

/// Source: Lambda developer guide, "Create a Lambda function using a container image", read 2026-09-01 (Docker image
/// manifest V2 schema 2 and OCI image specification v1.0.0 and up); exceptions in docs/rules/unsupported-media-type.md.
LayerType classify_layer(std::string_view media_type);

/// The media type of the manifest; it need not name its own, its descriptor does.
const std::string& manifest_media_type(const ImageModel& image);

/// A manifest type that Lambda takes. An index is not one.
bool is_accepted_manifest(std::string_view media_type);
/// A config type that Lambda takes.
bool is_accepted_config(std::string_view media_type);

}  // namespace ocitidy::lambda
