// patch.h - a config or a manifest with some values changed, and every other byte as it was.
//
// The documents must come from parse.h, with their raw bytes: those are edited, so that members we do not know survive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocitidy/image_model.h"
#include "ocitidy/limits.h"
#include "ocitidy/oci.h"

namespace ocitidy {

struct ConfigPatch {
  std::optional<std::vector<DiffId>> diff_ids{};  ///< all of them; a config without rootfs gets one
  std::vector<std::size_t> emptied_history{};     ///< indexes of entries that no longer have a layer of their own
  std::size_t added_history = 0;  ///< entries behind all others, for layers that no step of the build made
  std::vector<std::pair<std::string, std::string>> env{};  ///< replaces the last "NAME=...", else appends
  std::optional<std::string> working_dir{};
};

/// The new text of `config`. A patch that changes no value gives its raw bytes.
/// Errors: invalid_argument (a history entry that is not there; a name or value that no environment can hold, or that
/// is not UTF-8), limit_exceeded.
Result<std::string> patch_config(const ImageConfig& config, const ConfigPatch& patch, const Limits& limits);

/// Whose media types an image carries. `keep`: nobody's that we know.
enum class DocumentFamily : std::uint8_t { keep, oci, docker };

/// By the manifest's own mediaType, else by its descriptor's, else by its config's.
DocumentFamily family_of(const Manifest& manifest, const Descriptor& descriptor);
/// The names that `family` has. `keep` has none of its own: it gets OCI's.
std::string_view layer_media_type(Codec codec, DocumentFamily family);
std::string_view config_media_type(DocumentFamily family);
std::string_view manifest_media_type(DocumentFamily family);

struct LayerPatch {
  std::optional<std::size_t> source;  ///< index in manifest.layers of the text to start from; none: a new descriptor
  Descriptor descriptor;              ///< media_type, digest, size_bytes: as they must be now; the rest is not read
  bool bytes_changed = false;         ///< what described the old bytes, or leads to them, goes
};

struct ManifestPatch {
  Descriptor config;               ///< as LayerPatch::descriptor; an empty media_type follows the manifest's family
  std::vector<LayerPatch> layers;  ///< all of them, [0] is the base
  std::string media_type;          ///< of the manifest; empty: as it is
  std::vector<std::pair<std::string, std::string>> annotations{};  ///< of the manifest: set, or replaced
};

struct PatchedManifest {
  std::string raw;
  Descriptor descriptor;             ///< of `raw`
  std::vector<std::string> dropped;  ///< "layer 3: annotation containerd.io/snapshot/stargz/toc.digest"; the old index
};

/// A descriptor whose media type, digest and size stay keeps its text. One that changes keeps its other members, but
/// `data` goes with the digest, and with the bytes go urls and the annotations that hold for them alone.
/// Errors: invalid_argument (a source that is not there, a media type missing), limit_exceeded.
Result<PatchedManifest> patch_manifest(const Manifest& manifest, const ManifestPatch& patch, const Limits& limits);

}  // namespace ocitidy
