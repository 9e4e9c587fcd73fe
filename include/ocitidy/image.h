// image.h - an image that can be read: its bytes, and which of them is its root.
//
// open_image() is the one door to the file system. A registry fills an Image itself from its own BlobSource.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/blob.h"
#include "ocitidy/limits.h"

namespace ocitidy {

/// How the image is stored. Rules ask, because a push treats the layers of a docker-archive differently:
/// they are plain tars that the push compresses.
enum class Transport : std::uint8_t { blobs, oci_layout, oci_archive, docker_archive };
std::string_view transport_name(Transport transport);  ///< as containers-transports(5): "oci", "oci-archive", ...

/// Something odd about the store around the image, which does not stop it from being read.
struct StoreNote {
  enum class Kind : std::uint8_t {
    missing_layout_marker,  ///< no oci-layout file
    unknown_layout_version,
    archive_disagreement,  ///< index.json and manifest.json of one archive describe different images
    incomplete_index,      ///< index.json lists manifests whose blobs are not in the archive
  };
  Kind kind;
  std::string message;  ///< one line with the values; escaped
};

struct Image {
  std::shared_ptr<const BlobSource> blobs;  // shared: the opened archive and its readers own the file together
  Descriptor root;                          ///< what the reference names: a manifest, or an index
  Transport transport = Transport::blobs;
  std::string reference;  ///< as the user wrote it; for reports only
  std::vector<StoreNote> notes;
  std::string index_json{};  ///< of an OCI layout, as it stands there; "" for other stores
};

struct OpenOptions {
  std::optional<Platform> platform;  ///< chooses among the manifests of an index.json that carries no tags
  Limits limits;
  std::string spool_directory = "/tmp";  ///< for stdin and compressed archives; the spool has no name there
};

/// Opens the image that `reference` names: "oci:DIR[:TAG|@INDEX|@DIGEST]", "oci-archive:TAR[:...]",
/// "docker-archive:TAR[:NAME:TAG|@INDEX]", "-" (standard input) or a bare path, which is sniffed.
/// Opens for reading only. Nothing is unpacked: a seekable archive is read in place, another is spooled whole.
/// Errors: io when the path cannot be opened; invalid_argument for a reference that cannot be, or that fits several
/// images (the message lists them); corrupt, not_found, unsupported or limit_exceeded for the image.
/// Source: containers-transports(5).
Result<Image> open_image(std::string_view reference, const OpenOptions& options);

}  // namespace ocitidy
