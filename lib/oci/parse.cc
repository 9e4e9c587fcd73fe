// parse.cc - the image-spec's documents, member by member.
#include "oci/parse.h"

#include "base/json.h"
#include "base/text.h"
#include "oci/conformance.h"

namespace ocitidy {
namespace {

Result<Digest> parse_digest(const JsonObject& object, std::string_view name) {
  OCITIDY_TRY(const std::string text, object.string(name));
  if (text.empty()) return fail(Code::corrupt, cat(object.pointer(), "/", name, " is missing"));
  auto digest = Digest::parse(text);
  if (digest) return digest;
  Error error = std::move(digest).error();
  if (error.code == Code::invalid_argument) error.code = Code::corrupt;  // the document is wrong, not the caller
  return fail_at(std::move(error), cat(object.pointer(), "/", name));
}

Result<Platform> parse_platform(const JsonObject& object) {
  Platform platform;
  OCITIDY_TRY(platform.os, object.string("os"));
  OCITIDY_TRY(platform.architecture, object.string("architecture"));
  OCITIDY_TRY(platform.variant, object.string("variant"));
  return platform;
}

Result<Descriptor> parse_descriptor(const JsonObject& object) {
  Descriptor descriptor;
  OCITIDY_TRY(descriptor.media_type, object.string("mediaType"));
  OCITIDY_TRY(descriptor.digest, parse_digest(object, "digest"));
  OCITIDY_TRY(descriptor.size_bytes, object.unsigned_integer("size"));
  OCITIDY_TRY(descriptor.artifact_type, object.string("artifactType"));
  OCITIDY_TRY(descriptor.annotations, object.string_map("annotations"));
  OCITIDY_TRY(descriptor.urls, object.strings("urls"));
  OCITIDY_TRY(const auto platform, object.object("platform"));
  if (platform) {
    OCITIDY_TRY(descriptor.platform, parse_platform(*platform));
  }
  return descriptor;
}

Result<std::vector<Descriptor>> parse_descriptors(const JsonObject& object, std::string_view name) {
  std::vector<Descriptor> all;
  OCITIDY_TRY(const auto items, object.objects(name));
  all.reserve(items.size());
  for (const JsonObject& item : items) {
    OCITIDY_TRY(Descriptor descriptor, parse_descriptor(item));
    all.push_back(std::move(descriptor));
  }
  return all;
}

Result<Manifest> parse_manifest(const JsonObject& object, const Limits& limits) {
  Manifest manifest;
  OCITIDY_TRY(manifest.media_type, object.string("mediaType"));
  OCITIDY_TRY(manifest.artifact_type, object.string("artifactType"));
  OCITIDY_TRY(const auto config, object.object("config"));
  if (!config) return fail(Code::corrupt, "the manifest has no config");
  OCITIDY_TRY(manifest.config, parse_descriptor(*config));
  OCITIDY_TRY(manifest.layers, parse_descriptors(object, "layers"));
  if (manifest.layers.size() > limits.layers) {
    return fail(Code::limit_exceeded, cat("the manifest has ", manifest.layers.size(), " layers, over the limit of ",
                                          limits.layers, " (--max-layers)"));
  }
  OCITIDY_TRY(manifest.annotations, object.string_map("annotations"));
  OCITIDY_TRY(const auto subject, object.object("subject"));
  if (subject) {
    OCITIDY_TRY(manifest.subject, parse_descriptor(*subject));
  }
  return manifest;
}

Result<Index> parse_index(const JsonObject& object, const Limits& limits) {
  Index index;
  OCITIDY_TRY(index.media_type, object.string("mediaType"));
  OCITIDY_TRY(index.manifests, parse_descriptors(object, "manifests"));
  if (index.manifests.size() > limits.index_manifests) {
    return fail(Code::limit_exceeded, cat("the index has ", index.manifests.size(), " manifests, over the limit of ",
                                          limits.index_manifests));
  }
  OCITIDY_TRY(index.annotations, object.string_map("annotations"));
  return index;
}

Result<std::vector<HistoryEntry>> parse_history(const JsonObject& config) {
  std::vector<HistoryEntry> history;
  OCITIDY_TRY(const auto items, config.objects("history"));
  for (const JsonObject& item : items) {
    HistoryEntry entry;
    OCITIDY_TRY(entry.created, item.string("created"));
    OCITIDY_TRY(entry.created_by, item.string("created_by"));
    OCITIDY_TRY(entry.comment, item.string("comment"));
    OCITIDY_TRY(entry.empty_layer, item.boolean("empty_layer"));
    history.push_back(std::move(entry));
  }
  return history;
}

Result<std::vector<DiffId>> parse_diff_ids(const JsonObject& config) {
  std::vector<DiffId> diff_ids;
  OCITIDY_TRY(const auto rootfs, config.object("rootfs"));
  if (!rootfs) return diff_ids;
  OCITIDY_TRY(const std::string type, rootfs->string("type"));
  // image-spec config.md: implementations MUST generate an error for an unknown value.
  if (!type.empty() && type != "layers")
    return fail(Code::corrupt, cat("/rootfs/type is ", quote(type), ", not 'layers'"));
  OCITIDY_TRY(const auto texts, rootfs->strings("diff_ids"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto digest = Digest::parse(texts[i]);
    if (!digest) {
      Error error = std::move(digest).error();
      error.code = Code::corrupt;
      return fail_at(std::move(error), cat("/rootfs/diff_ids/", i));
    }
    diff_ids.push_back({*digest});
  }
  return diff_ids;
}

/// The member names of an object; the image-spec writes sets so.
std::vector<std::string> lenient_set(const JsonObject& object, std::string_view name) {
  std::vector<std::string> all;
  const auto it = object.json().find(name);
  if (it == object.json().end() || !it->is_object()) return all;
  for (const auto& [key, value] : it->items()) all.push_back(key);
  return all;
}

/// What Lambda ignores, and Docker's extensions among it.
void parse_ignored_config(const JsonObject& object, ImageConfig& config) {
  config.exposed_ports = lenient_set(object, "ExposedPorts");
  config.volumes = lenient_set(object, "Volumes");
  config.stop_signal = object.string("StopSignal").value_or("");
  config.shell = object.strings("Shell").value_or(std::vector<std::string>());
  config.on_build = object.strings("OnBuild").value_or(std::vector<std::string>());
  const auto healthcheck = object.object("Healthcheck");
  if (healthcheck && *healthcheck) {
    config.healthcheck = (*healthcheck)->strings("Test").value_or(std::vector<std::string>());
  }
}

/// The part that a container runtime reads: Entrypoint, Cmd, Env, ...
Result<void> parse_runtime_config(const JsonObject& object, ImageConfig& config) {
  OCITIDY_TRY(config.entrypoint, object.strings("Entrypoint"));
  OCITIDY_TRY(config.cmd, object.strings("Cmd"));
  OCITIDY_TRY(config.env, object.strings("Env"));
  OCITIDY_TRY(config.working_dir, object.string("WorkingDir"));
  OCITIDY_TRY(config.user, object.string("User"));
  OCITIDY_TRY(config.labels, object.string_map("Labels"));
  parse_ignored_config(object, config);
  return {};
}

using ManifestOrIndex = std::variant<Manifest, Index>;

/// Takes `raw` when it succeeds, and only then.
Result<ManifestOrIndex> read_document(std::string& raw, const Limits& limits) {
  OCITIDY_TRY(const Json json, parse_json(raw, limits));
  OCITIDY_TRY(const JsonObject object, JsonObject::of(json, ""));
  const bool like_index = object.has("manifests"), like_manifest = object.has("config") || object.has("layers");
  if (like_index && like_manifest) {
    return fail(Code::corrupt,
                "the document is an index and a manifest at once ('manifests' beside 'config' or 'layers')");
  }
  if (json.contains("schemaVersion") && json["schemaVersion"] == 1) {
    return fail(Code::unsupported,
                "Docker schema 1 manifest; Lambda takes schema 2 and OCI only: rebuild or re-push the image");
  }
  if (like_index) {
    OCITIDY_TRY(Index index, parse_index(object, limits));
    index.raw = std::move(raw);
    return ManifestOrIndex(std::move(index));
  }
  if (like_manifest) {
    OCITIDY_TRY(Manifest manifest, parse_manifest(object, limits));
    manifest.raw = std::move(raw);
    return ManifestOrIndex(std::move(manifest));
  }
  return fail(Code::corrupt, "the document is neither a manifest (no 'config') nor an index (no 'manifests')");
}

Result<ImageConfig> read_config(std::string& raw, const Limits& limits) {
  OCITIDY_TRY(const Json json, parse_json(raw, limits));
  OCITIDY_TRY(const JsonObject object, JsonObject::of(json, ""));
  ImageConfig config;
  OCITIDY_TRY(config.platform, parse_platform(object));
  OCITIDY_TRY(config.created, object.string("created"));
  OCITIDY_TRY(const auto runtime, object.object("config"));
  if (runtime) OCITIDY_CHECK(parse_runtime_config(*runtime, config));
  OCITIDY_TRY(config.diff_ids, parse_diff_ids(object));
  OCITIDY_TRY(config.history, parse_history(object));
  config.raw = std::move(raw);
  return config;
}

}  // namespace

Result<ManifestOrIndex> parse_document(std::string raw, const Limits& limits) {
  auto document = read_document(raw, limits);
  if (document || document.error().code != Code::corrupt) return document;
  Error error = std::move(document).error();
  add_violations(error, "", check_document(raw, limits));
  return fail(std::move(error));
}

Result<ImageConfig> parse_config(std::string raw, const Limits& limits) {
  auto config = read_config(raw, limits);
  if (config || config.error().code != Code::corrupt) return config;
  Error error = std::move(config).error();
  add_violations(error, "", check_config(raw, limits));
  return fail(std::move(error));
}

bool is_artifact(const Manifest& manifest) {
  const std::string& type = manifest.config.media_type;
  return type != media_type::kOciConfig && type != media_type::kDockerConfig;
}

bool is_attestation(const Descriptor& descriptor, const Manifest& manifest) {
  // BuildKit marks them so; source: docker/buildx attestation storage.
  if (!manifest.layers.empty() && manifest.layers.front().media_type == media_type::kInToto) return true;
  const auto it = descriptor.annotations.find("vnd.docker.reference.type");
  if (it != descriptor.annotations.end()) return it->second == "attestation-manifest";
  return descriptor.platform && descriptor.platform->os == "unknown" && descriptor.platform->architecture == "unknown";
}

}  // namespace ocitidy
