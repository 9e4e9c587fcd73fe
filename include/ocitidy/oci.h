// oci.h - the image-spec's own nouns, as values. Parsed documents keep their raw bytes: whoever writes one back
// patches those, so that members unknown to us survive.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/digest.h"

namespace ocitidy {

namespace media_type {
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciEmpty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kOciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kOciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
inline constexpr std::string_view kDockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kDockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
inline constexpr std::string_view kDockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";
inline constexpr std::string_view kInToto = "application/vnd.in-toto+json";
}  // namespace media_type

struct Platform {
  std::string os, architecture, variant;

  /// Reads "os/arch[/variant]". Errors: invalid_argument.
  static Result<Platform> parse(std::string_view text);
  std::string str() const;  ///< "linux/arm64/v8"; "" when nothing is known
  /// Does an image for `this` answer a request for `wanted`? An empty variant in the request matches any;
  /// arm64 and arm64/v8 are the same. Source: image-spec image-index.md, platform variants table.
  bool answers(const Platform& wanted) const;

  bool operator==(const Platform&) const = default;
};

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size_bytes = 0;
  std::string artifact_type;
  std::map<std::string, std::string> annotations;
  std::optional<Platform> platform;
  std::vector<std::string> urls;
};

struct Manifest {
  std::string media_type;  ///< as the document says; empty when it does not
  std::string artifact_type;
  Descriptor config;
  std::vector<Descriptor> layers;  ///< [0] is the base
  std::map<std::string, std::string> annotations;
  std::optional<Descriptor> subject;
  std::string raw;
};

struct Index {
  std::string media_type;
  std::vector<Descriptor> manifests;
  std::map<std::string, std::string> annotations;
  std::string raw;
};

struct HistoryEntry {
  std::string created, created_by, comment;
  bool empty_layer = false;
};

struct ImageConfig {
  Platform platform;
  std::string created;
  std::vector<std::string> entrypoint, cmd, env;  ///< env: "NAME=value"
  std::string working_dir, user;
  std::map<std::string, std::string> labels;
  // What Lambda ignores. Members of a wrong type read as empty: they stop no engine from starting the image.
  std::vector<std::string> exposed_ports, volumes;  ///< sorted; "8080/tcp", "/data"
  std::vector<std::string> healthcheck;             ///< Healthcheck.Test: "CMD", "CMD-SHELL" or "NONE", and its words
  std::string stop_signal;
  std::vector<std::string> shell, on_build;
  std::vector<DiffId> diff_ids;
  std::vector<HistoryEntry> history;
  std::string raw;
};

/// The value of the last "NAME=value" in `config.env`, if any.
std::optional<std::string_view> env_value(const ImageConfig& config, std::string_view name);

}  // namespace ocitidy
