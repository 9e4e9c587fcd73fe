// image_builder.h - ImageSpec -> an Image in memory, down to the bytes of manifest, config and layers. Tests that
// want text instead of structs write recipes: see recipe.h.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ocitidy/image.h"
#include "support/layer_writer.h"

namespace ocitidy::test {

/// Whose media types a document or a layer carries.
enum class Family : std::uint8_t { oci, docker };

struct LayerSpec {
  Codec codec = Codec::gzip;
  std::optional<Family> family;             ///< none: as the manifest
  std::string media_type;                   ///< empty: by codec and family
  std::string created_by;                   ///< for the config's history
  std::vector<Member> members;              ///< written in this order, nothing added
  std::optional<std::string> stored_bytes;  ///< when set: the blob, instead of a tar of `members`
  std::optional<DiffId> diff_id;            ///< of `stored_bytes`; none: their own digest
  std::string trailing;                     ///< bytes behind the end of the blob
  enum class Blob : std::uint8_t { stored, absent } blob = Blob::stored;
};

struct ImageSpec {
  Platform platform{.os = "linux", .architecture = "amd64", .variant = ""};
  std::vector<std::string> entrypoint, cmd, env;
  std::string working_dir, user;
  std::map<std::string, std::string> labels;
  std::vector<std::string> exposed_ports, volumes, healthcheck, shell, on_build;
  std::string stop_signal;
  std::map<std::string, std::string> annotations;  ///< of the manifest
  Family family = Family::oci;
  enum class Rootfs : std::uint8_t { stated, left_out } rootfs = Rootfs::stated;  ///< the config's DiffIDs
  std::string artifact_type;  ///< config media type of an artifact, whose config is "{}"; empty: a container image
  std::vector<LayerSpec> layers;

  struct Index {
    Family family = Family::oci;
    std::vector<Platform> also;  ///< further images: the same layers under another platform
    enum class Attestation : std::uint8_t { none, present } attestation = Attestation::none;
    enum class Nesting : std::uint8_t { flat, nested } nesting = Nesting::flat;
  };
  std::optional<Index> index;  ///< when set, the root is an index
  Transport transport = Transport::blobs;
  std::vector<StoreNote> notes;
  std::string reference = "recipe";

  /// Faults that no builder writes: pieces of a document's text, replaced before it is stored.
  struct Replacement {
    std::string document;  ///< "manifest", "config", "index" (the innermost) or "index.json"
    std::string from, to;
  };
  std::vector<Replacement> replacements;
};

struct BuiltImage {
  Image image;
  std::vector<Descriptor> blobs;  ///< every blob that is stored, for those who write the image out again
};

BuiltImage build_image(const ImageSpec& spec);

/// The media type a layer gets by default.
std::string_view layer_media_type(Codec codec, Family family);

/// The image as an OCI layout: path below the folder -> bytes. Holds one tag.
std::map<std::string, std::string> layout_files(const BuiltImage& built, std::string_view tag);
/// Writes the layout below `folder`, which is made.
void write_layout(const BuiltImage& built, std::string_view tag, const std::filesystem::path& folder);
/// The layout as one uncompressed tar: an OCI archive.
std::string oci_archive(const BuiltImage& built, std::string_view tag);

}  // namespace ocitidy::test
