// patch.cc - which values of a config or manifest change, as edits on its text.
#include "oci/patch.h"

#include <algorithm>
#include <array>

#include "base/hasher.h"
#include "base/json.h"
#include "base/json_splice.h"
#include "base/text.h"

namespace ocitidy {
namespace {

using Kind = JsonEdit::Kind;

/// Is there a value at `pointer`, and is it not null?
bool has_value(std::string_view raw, std::string_view pointer) {
  const auto text = json_value_text(raw, pointer);
  return text && *text != "null";
}

std::string json_array(const std::vector<std::string>& elements) {
  std::string text = "[";
  for (const std::string& element : elements) text += cat(text.size() > 1 ? "," : "", element);
  return text + "]";
}

// ---- config

Result<void> edit_diff_ids(const ImageConfig& config, const std::vector<DiffId>& diff_ids,
                           std::vector<JsonEdit>& edits) {
  if (diff_ids == config.diff_ids) return {};
  const bool has_array = has_value(config.raw, "/rootfs/diff_ids");
  const std::string_view array = has_array ? *json_value_text(config.raw, "/rootfs/diff_ids") : "[]";
  OCITIDY_TRY(const auto old, json_array_items(array));
  std::vector<std::string> elements;
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    const bool same = i < std::min(old.size(), config.diff_ids.size()) && diff_ids[i] == config.diff_ids[i];
    elements.push_back(same ? std::string(old[i]) : json_string(diff_ids[i].value.str()));
  }
  if (!has_value(config.raw, "/rootfs")) {
    edits.push_back({"/rootfs", Kind::set, cat(R"({"type":"layers","diff_ids":)", json_array(elements), "}")});
    return {};
  }
  OCITIDY_TRY(std::string text, respell_json_array(array, elements));
  edits.push_back({"/rootfs/diff_ids", Kind::set, std::move(text)});
  return {};
}

/// Without a time: two runs give the same bytes.
constexpr std::string_view kAddedHistory = R"({"created_by":"ocitidy optimize"})";

Result<void> edit_history(const ImageConfig& config, const ConfigPatch& patch, const Limits& limits,
                          std::vector<JsonEdit>& edits) {
  const std::vector<std::size_t>& emptied = patch.emptied_history;
  if (emptied.empty() && patch.added_history == 0) return {};
  const std::string_view array =
      has_value(config.raw, "/history") ? *json_value_text(config.raw, "/history") : std::string_view("[]");
  OCITIDY_TRY(const std::vector<std::string_view> old, json_array_items(array));
  std::vector<std::string> entries(old.begin(), old.end());
  const std::array<JsonEdit, 1> mark = {{{"/empty_layer", Kind::set, "true"}}};
  for (const std::size_t i : emptied) {
    if (i >= std::min(entries.size(), config.history.size())) {
      return fail(Code::invalid_argument, cat("history entry ", i, " is not there: the config has ", entries.size()));
    }
    if (config.history[i].empty_layer) continue;
    OCITIDY_TRY(entries[i], splice_json(entries[i], mark, limits));
  }
  entries.insert(entries.end(), patch.added_history, std::string(kAddedHistory));
  OCITIDY_TRY(std::string text, respell_json_array(array, entries));
  if (text != array) edits.push_back({"/history", Kind::set, std::move(text)});
  return {};
}

Result<void> check_variable(std::string_view name, std::string_view value) {
  const auto bad = [](std::string_view text) { return text.find('\0') != std::string_view::npos || !is_utf8(text); };
  if (name.empty() || name.find('=') != std::string_view::npos || bad(name)) {
    return fail(Code::invalid_argument, cat(quote(name), " is no name of an environment variable"));
  }
  if (bad(value)) {
    return fail(Code::invalid_argument, cat("the value of ", quote(name), " holds a zero byte or is not UTF-8"));
  }
  return {};
}

/// `/config` comes into being with its first member.
void edit_runtime(const ImageConfig& config, std::string_view name, std::string value, std::vector<JsonEdit>& edits) {
  const bool made = std::ranges::any_of(edits, [](const JsonEdit& edit) { return edit.pointer == "/config"; });
  if (!made && !has_value(config.raw, "/config")) edits.push_back({"/config", Kind::set, "{}"});
  edits.push_back({cat("/config/", name), Kind::set, std::move(value)});
}

Result<void> edit_env(const ImageConfig& config, const ConfigPatch& patch, std::vector<JsonEdit>& edits) {
  std::vector<std::string> env = config.env;
  for (const auto& [name, value] : patch.env) {
    OCITIDY_CHECK(check_variable(name, value));
    const std::string entry = cat(name, "=", value);
    std::size_t at = env.size();
    while (at > 0 && !env[at - 1].starts_with(cat(name, "="))) --at;
    if (at > 0) {
      if (env[at - 1] == entry) continue;
      env[at - 1] = entry;
      edits.push_back({cat("/config/Env/", at - 1), Kind::set, json_string(entry)});
      continue;
    }
    if (env.empty() && !has_value(config.raw, "/config/Env")) {
      edit_runtime(config, "Env", json_array({json_string(entry)}), edits);
    } else {
      edits.push_back({"/config/Env/-", Kind::set, json_string(entry)});
    }
    env.push_back(entry);
  }
  return {};
}

// ---- manifest

/// Does an annotation hold for the bytes of one blob only? Its readers would seek in, or verify, bytes that are gone.
bool is_of_bytes(std::string_view key) {
  // Sources: stargz-snapshotter docs/estargz.md, containers/storage pkg/chunked, nydus-snapshotter pkg/converter,
  // accelerated-container-image pkg/label, soci-snapshotter soci/soci_index.go; BuildKit's cache manifests and umoci
  // (Ubuntu's base images carry its annotation) note the size or digest of the plain tar.
  static constexpr std::array<std::string_view, 8> kPrefixes = {"containerd.io/snapshot/stargz/",
                                                                "io.containers.estargz.",
                                                                "io.github.containers.zstd-chunked.",
                                                                "io.containers.zstd-chunked.",
                                                                "containerd.io/snapshot/nydus-",
                                                                "containerd.io/snapshot/overlaybd/",
                                                                "com.amazon.soci.",
                                                                "ci.umo.uncompressed_blob_size"};
  return key == "containerd.io/uncompressed" || key.ends_with("uncompressed-digest") ||
         key.ends_with("uncompressed-size") ||
         std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return key.starts_with(prefix); });
}

/// One descriptor of the old manifest, and its name for messages.
struct OldDescriptor {
  std::string_view text;
  const Descriptor& value;
  std::string place;
};

/// An object of annotations that becomes empty goes too; one that is empty stays.
Result<void> drop_what_leads_to_old_bytes(const OldDescriptor& old, std::vector<JsonEdit>& edits,
                                          std::vector<std::string>& dropped) {
  if (json_value_text(old.text, "/urls")) {
    edits.push_back({"/urls", Kind::remove});
    dropped.push_back(cat(old.place, ": urls"));
  }
  std::size_t count = 0;
  for (const auto& [key, value] : old.value.annotations) {
    if (!is_of_bytes(key)) continue;
    ++count;
    dropped.push_back(cat(old.place, ": annotation ", escape_for_terminal(key)));
  }
  if (count == 0) return {};
  if (count == old.value.annotations.size()) {
    edits.push_back({"/annotations", Kind::remove});
    return {};
  }
  OCITIDY_TRY(const std::string_view all, json_value_text(old.text, "/annotations"));
  OCITIDY_TRY(std::string kept, keep_json_members(all, [](std::string_view key) { return !is_of_bytes(key); }));
  edits.push_back({"/annotations", Kind::set, std::move(kept)});
  return {};
}

Result<std::string> patch_descriptor(const OldDescriptor& old, const Descriptor& now, bool bytes_changed,
                                     const Limits& limits, std::vector<std::string>& dropped) {
  const bool retyped = now.media_type != old.value.media_type, rehashed = now.digest != old.value.digest;
  if (!retyped && !rehashed && now.size_bytes == old.value.size_bytes) return std::string(old.text);
  if (retyped && now.media_type.empty()) return fail(Code::invalid_argument, cat(old.place, " has no media type"));
  std::vector<JsonEdit> edits;
  if (retyped) edits.push_back({"/mediaType", Kind::set, json_string(now.media_type)});
  if (rehashed) edits.push_back({"/digest", Kind::set, json_string(now.digest.str())});
  if (now.size_bytes != old.value.size_bytes) edits.push_back({"/size", Kind::set, std::to_string(now.size_bytes)});
  if (rehashed && json_value_text(old.text, "/data")) {  // image-spec descriptor.md: the blob itself, in base64
    edits.push_back({"/data", Kind::remove});
    dropped.push_back(cat(old.place, ": data"));
  }
  if (bytes_changed) OCITIDY_CHECK(drop_what_leads_to_old_bytes(old, edits, dropped));
  auto text = splice_json(old.text, edits, limits);
  if (!text) return fail_at(std::move(text).error(), old.place);
  return text;
}

Result<std::string> new_descriptor(const Descriptor& now) {
  if (now.media_type.empty()) return fail(Code::invalid_argument, "a new layer has no media type");
  return cat(R"({"mediaType":)", json_string(now.media_type), R"(,"digest":)", json_string(now.digest.str()),
             R"(,"size":)", now.size_bytes, "}");
}

/// Docker manifests and OCI manifests name their config each in their own way.
std::string config_type(const Manifest& manifest, const ManifestPatch& patch) {
  if (!patch.config.media_type.empty()) return patch.config.media_type;
  if (patch.media_type == media_type::kOciManifest) return std::string(media_type::kOciConfig);
  if (patch.media_type == media_type::kDockerManifest) return std::string(media_type::kDockerConfig);
  return manifest.config.media_type;
}

Result<std::string> patch_layers(const Manifest& manifest, const ManifestPatch& patch, const Limits& limits,
                                 std::vector<std::string>& dropped) {
  const std::string_view array =
      has_value(manifest.raw, "/layers") ? *json_value_text(manifest.raw, "/layers") : std::string_view("[]");
  OCITIDY_TRY(const std::vector<std::string_view> old, json_array_items(array));
  std::vector<std::string> elements;
  for (const LayerPatch& layer : patch.layers) {
    if (!layer.source) {
      OCITIDY_TRY(std::string text, new_descriptor(layer.descriptor));
      elements.push_back(std::move(text));
      continue;
    }
    const std::size_t i = *layer.source;
    if (i >= std::min(old.size(), manifest.layers.size())) {
      return fail(Code::invalid_argument, cat("layer ", i, " is not there: the manifest has ", old.size()));
    }
    const OldDescriptor source{.text = old[i], .value = manifest.layers[i], .place = cat("layer ", i)};
    OCITIDY_TRY(std::string text, patch_descriptor(source, layer.descriptor, layer.bytes_changed, limits, dropped));
    elements.push_back(std::move(text));
  }
  return respell_json_array(array, elements);
}

/// Whose is `media_type`, of a manifest or of a config?
DocumentFamily family_of_type(std::string_view media_type) {
  if (media_type == media_type::kOciManifest || media_type == media_type::kOciConfig) return DocumentFamily::oci;
  const bool docker = media_type == media_type::kDockerManifest || media_type == media_type::kDockerConfig;
  return docker ? DocumentFamily::docker : DocumentFamily::keep;
}

}  // namespace

Result<std::string> patch_config(const ImageConfig& config, const ConfigPatch& patch, const Limits& limits) {
  std::vector<JsonEdit> edits;
  if (patch.diff_ids) OCITIDY_CHECK(edit_diff_ids(config, *patch.diff_ids, edits));
  OCITIDY_CHECK(edit_history(config, patch, limits, edits));
  OCITIDY_CHECK(edit_env(config, patch, edits));
  if (patch.working_dir && *patch.working_dir != config.working_dir) {
    if (!is_utf8(*patch.working_dir)) {
      return fail(Code::invalid_argument, cat("the working directory ", quote(*patch.working_dir), " is not UTF-8"));
    }
    edit_runtime(config, "WorkingDir", json_string(*patch.working_dir), edits);
  }
  return splice_json(config.raw, edits, limits);
}

DocumentFamily family_of(const Manifest& manifest, const Descriptor& descriptor) {
  for (const std::string* type : {&manifest.media_type, &descriptor.media_type, &manifest.config.media_type}) {
    if (const DocumentFamily family = family_of_type(*type); family != DocumentFamily::keep) return family;
  }
  return DocumentFamily::keep;
}

std::string_view layer_media_type(Codec codec, DocumentFamily family) {
  const bool docker = family == DocumentFamily::docker;
  switch (codec) {
    case Codec::none:
      break;
    case Codec::gzip:
      return docker ? media_type::kDockerLayerGzip : media_type::kOciLayerGzip;
    case Codec::zstd:
      return docker ? media_type::kDockerLayerZstd : media_type::kOciLayerZstd;
  }
  return docker ? media_type::kDockerLayer : media_type::kOciLayer;
}

std::string_view config_media_type(DocumentFamily family) {
  return family == DocumentFamily::docker ? media_type::kDockerConfig : media_type::kOciConfig;
}

std::string_view manifest_media_type(DocumentFamily family) {
  return family == DocumentFamily::docker ? media_type::kDockerManifest : media_type::kOciManifest;
}

Result<PatchedManifest> patch_manifest(const Manifest& manifest, const ManifestPatch& patch, const Limits& limits) {
  PatchedManifest patched;
  std::vector<JsonEdit> edits;
  if (!patch.media_type.empty() && patch.media_type != manifest.media_type) {
    edits.push_back({"/mediaType", Kind::set, json_string(patch.media_type)});
  }
  OCITIDY_TRY(const std::string_view config_text, json_value_text(manifest.raw, "/config"));
  const OldDescriptor config{.text = config_text, .value = manifest.config, .place = "config"};
  Descriptor now = patch.config;
  now.media_type = config_type(manifest, patch);
  OCITIDY_TRY(std::string new_config,
              patch_descriptor(config, now, now.digest != manifest.config.digest, limits, patched.dropped));
  if (new_config != config_text) edits.push_back({"/config", Kind::set, std::move(new_config)});
  const bool same_layers = patch.layers.empty() && manifest.layers.empty();
  if (!same_layers) {
    OCITIDY_TRY(std::string layers, patch_layers(manifest, patch, limits, patched.dropped));
    edits.push_back({"/layers", Kind::set, std::move(layers)});
  }
  if (!patch.annotations.empty() && !has_value(manifest.raw, "/annotations")) {
    edits.push_back({"/annotations", Kind::set, "{}"});
  }
  for (const auto& [key, value] : patch.annotations) {
    edits.push_back({cat("/annotations/", escape_member(key)), Kind::set, json_string(value)});
  }
  OCITIDY_TRY(patched.raw, splice_json(manifest.raw, edits, limits));
  const std::string_view type = patch.media_type.empty() ? manifest.media_type : patch.media_type;
  patched.descriptor.media_type = type.empty() ? manifest_media_type(family_of(manifest, now)) : type;
  patched.descriptor.digest = digest_of(patched.raw);
  patched.descriptor.size_bytes = patched.raw.size();
  return patched;
}

}  // namespace ocitidy
