// parse.h - manifest, index and config documents: bytes -> values. Structure and types are strict, since two
// readers must not see two images; what is merely unusual passes.
#pragma once

#include <string>
#include <variant>

#include "ocitidy/limits.h"
#include "ocitidy/oci.h"

namespace ocitidy {

/// A manifest or an index, told apart by their members, not by the media type.
/// Errors: corrupt when it is neither, or both (CVE-2021-41190); unsupported for Docker schema 1.
Result<std::variant<Manifest, Index>> parse_document(std::string raw, const Limits& limits);
Result<ImageConfig> parse_config(std::string raw, const Limits& limits);

/// Is this no container image, but a Helm chart, an SBOM, a wasm module? The config decides: an image may carry an
/// artifactType, and stays an image.
bool is_artifact(const Manifest& manifest);

/// Does this manifest only say how another was built? `descriptor` is the one in the index that names it.
bool is_attestation(const Descriptor& descriptor, const Manifest& manifest);

}  // namespace ocitidy
