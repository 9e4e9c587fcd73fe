// image_builder.cc - see image_builder.h.
#include "support/image_builder.h"

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "base/hasher.h"

namespace ocitidy::test {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson to_json(const Platform& platform) {
  OrderedJson json{{"architecture", platform.architecture}, {"os", platform.os}};
  if (!platform.variant.empty()) json["variant"] = platform.variant;
  return json;
}

OrderedJson to_json(const Descriptor& descriptor) {
  OrderedJson json{
      {"mediaType", descriptor.media_type}, {"digest", descriptor.digest.str()}, {"size", descriptor.size_bytes}};
  if (!descriptor.annotations.empty()) json["annotations"] = descriptor.annotations;
  if (descriptor.platform) json["platform"] = to_json(*descriptor.platform);
  return json;
}

OrderedJson set_json(const std::vector<std::string>& names) {
  OrderedJson json = OrderedJson::object();
  for (const std::string& name : names) json[name] = OrderedJson::object();
  return json;
}

/// What Lambda ignores.
void add_ignored(const ImageSpec& spec, OrderedJson& config) {
  if (!spec.exposed_ports.empty()) config["ExposedPorts"] = set_json(spec.exposed_ports);
  if (!spec.volumes.empty()) config["Volumes"] = set_json(spec.volumes);
  if (!spec.healthcheck.empty()) config["Healthcheck"] = {{"Test", spec.healthcheck}};
  if (!spec.stop_signal.empty()) config["StopSignal"] = spec.stop_signal;
  if (!spec.shell.empty()) config["Shell"] = spec.shell;
  if (!spec.on_build.empty()) config["OnBuild"] = spec.on_build;
}

std::string config_json(const ImageSpec& spec, const Platform& platform, const std::vector<LayerBlob>& layers) {
  OrderedJson json = to_json(platform);
  json["created"] = "2024-01-01T00:00:00Z";
  OrderedJson& config = json["config"] = OrderedJson::object();
  if (!spec.user.empty()) config["User"] = spec.user;
  if (!spec.env.empty()) config["Env"] = spec.env;
  if (!spec.entrypoint.empty()) config["Entrypoint"] = spec.entrypoint;
  if (!spec.cmd.empty()) config["Cmd"] = spec.cmd;
  if (!spec.working_dir.empty()) config["WorkingDir"] = spec.working_dir;
  if (!spec.labels.empty()) config["Labels"] = spec.labels;
  add_ignored(spec, config);
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", OrderedJson::array()}};
  json["history"] = OrderedJson::array();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    json["rootfs"]["diff_ids"].push_back(layers[i].diff_id.value.str());
    OrderedJson step{{"created", "2024-01-01T00:00:00Z"}};
    if (!spec.layers[i].created_by.empty()) step["created_by"] = spec.layers[i].created_by;
    json["history"].push_back(step);
  }
  if (spec.rootfs == ImageSpec::Rootfs::left_out) json.erase("rootfs");
  return json.dump();
}

std::string index_json_of(const Descriptor& root, std::string_view tag) {
  OrderedJson named = to_json(root);
  named["annotations"]["org.opencontainers.image.ref.name"] = tag;
  return OrderedJson{
      {"schemaVersion", 2}, {"mediaType", media_type::kOciIndex}, {"manifests", OrderedJson::array({named})}}
      .dump();
}

class Builder {
 public:
  explicit Builder(const ImageSpec& spec) : spec_(spec), store_(std::make_shared<MemoryBlobs>()) {}

  BuiltImage build() {
    write_layers();
    Descriptor root = manifest(spec_.platform);
    if (spec_.index) root = index(std::move(root), *spec_.index);
    const bool layout = spec_.transport == Transport::oci_layout || spec_.transport == Transport::oci_archive;
    const std::string index_json = layout ? edited("index.json", index_json_of(root, "latest")) : std::string();
    if (replaced_.size() != spec_.replacements.size()) throw std::runtime_error("a text to replace is not there");
    built_.image = Image{.blobs = store_,
                         .root = std::move(root),
                         .transport = spec_.transport,
                         .reference = spec_.reference,
                         .notes = spec_.notes,
                         .index_json = index_json};
    return std::move(built_);
  }

 private:
  Descriptor store(std::string_view media_type, std::string bytes) {
    Descriptor descriptor = store_->add(media_type, std::move(bytes));
    built_.blobs.push_back(descriptor);
    return descriptor;
  }

  /// The document's text with what the spec wants replaced in it.
  std::string edited(std::string_view document, std::string text) {
    for (std::size_t i = 0; i < spec_.replacements.size(); ++i) {
      const ImageSpec::Replacement& replacement = spec_.replacements[i];
      const std::size_t at = replacement.document == document ? text.find(replacement.from) : std::string::npos;
      if (at == std::string::npos) continue;
      text.replace(at, replacement.from.size(), replacement.to);
      replaced_.insert(i);
    }
    return text;
  }

  void write_layers() {
    for (const LayerSpec& layer : spec_.layers) {
      LayerBlob blob;
      if (layer.stored_bytes) {
        blob.bytes = *layer.stored_bytes;
        blob.diff_id = layer.diff_id.value_or(DiffId{digest_of(blob.bytes)});
      } else {
        blob = write_layer(layer.members, layer.codec);
      }
      blob.bytes += layer.trailing;
      if (!layer.trailing.empty() && layer.codec == Codec::none) blob.diff_id = {digest_of(blob.bytes)};
      const std::string media_type =
          layer.media_type.empty() ? std::string(layer_media_type(layer.codec, layer.family.value_or(spec_.family)))
                                   : layer.media_type;
      if (layer.blob == LayerSpec::Blob::stored) {
        descriptors_.push_back(store(media_type, std::move(blob.bytes)));
      } else {
        descriptors_.push_back(Descriptor{.media_type = media_type,
                                          .digest = digest_of(blob.bytes),
                                          .size_bytes = blob.bytes.size(),
                                          .artifact_type = "",
                                          .annotations = {},
                                          .platform = std::nullopt,
                                          .urls = {}});
      }
      blob.bytes.clear();
      layers_.push_back(std::move(blob));
    }
  }

  Descriptor manifest_of(const Descriptor& config, const std::vector<Descriptor>& layers) {
    const bool docker = spec_.family == Family::docker;
    OrderedJson json{{"schemaVersion", 2},
                     {"mediaType", docker ? media_type::kDockerManifest : media_type::kOciManifest},
                     {"config", to_json(config)},
                     {"layers", OrderedJson::array()}};
    for (const Descriptor& layer : layers) json["layers"].push_back(to_json(layer));
    if (!spec_.annotations.empty()) json["annotations"] = spec_.annotations;
    return store(json["mediaType"].get<std::string>(), edited("manifest", json.dump()));
  }

  Descriptor manifest(const Platform& platform) {
    if (!spec_.artifact_type.empty()) return manifest_of(store(spec_.artifact_type, "{}"), descriptors_);
    const bool docker = spec_.family == Family::docker;
    const Descriptor config = store(docker ? media_type::kDockerConfig : media_type::kOciConfig,
                                    edited("config", config_json(spec_, platform, layers_)));
    return manifest_of(config, descriptors_);
  }

  /// What BuildKit adds beside an image: a manifest of in-toto statements that passes for an image of no platform.
  Descriptor attestation(const Descriptor& subject) {
    const std::string statement = R"({"_type":"https://in-toto.io/Statement/v0.1","subject":[]})";
    const Descriptor layer = store(media_type::kInToto, statement);
    const OrderedJson config{{"architecture", "unknown"},
                             {"os", "unknown"},
                             {"config", OrderedJson::object()},
                             {"rootfs", {{"type", "layers"}, {"diff_ids", {digest_of(statement).str()}}}}};
    Descriptor manifest = manifest_of(store(media_type::kOciConfig, config.dump()), {layer});
    manifest.annotations = {{"vnd.docker.reference.digest", subject.digest.str()},
                            {"vnd.docker.reference.type", "attestation-manifest"}};
    manifest.platform = Platform{.os = "unknown", .architecture = "unknown", .variant = ""};
    return manifest;
  }

  Descriptor index_of(Family family, const std::vector<Descriptor>& members, std::string_view document = "") {
    OrderedJson json{{"schemaVersion", 2},
                     {"mediaType", family == Family::docker ? media_type::kDockerIndex : media_type::kOciIndex},
                     {"manifests", OrderedJson::array()}};
    for (const Descriptor& member : members) json["manifests"].push_back(to_json(member));
    return store(json["mediaType"].get<std::string>(), edited(document, json.dump()));
  }

  Descriptor index(Descriptor image, const ImageSpec::Index& shape) {
    image.platform = spec_.platform;
    std::vector<Descriptor> members{image};
    for (const Platform& platform : shape.also) {
      members.push_back(manifest(platform));
      members.back().platform = platform;
    }
    if (shape.attestation == ImageSpec::Index::Attestation::present) members.push_back(attestation(image));
    Descriptor root = index_of(shape.family, members, "index");
    return shape.nesting == ImageSpec::Index::Nesting::nested ? index_of(shape.family, {root}) : root;
  }

  const ImageSpec& spec_;
  std::set<std::size_t> replaced_;
  std::shared_ptr<MemoryBlobs> store_;
  std::vector<LayerBlob> layers_;
  std::vector<Descriptor> descriptors_;  // of the layers
  BuiltImage built_;
};

std::string read_all(const BlobSource& blobs, const Descriptor& descriptor) {
  auto reader = blobs.open(descriptor);
  if (!reader) throw std::runtime_error(describe(reader.error()));
  std::string bytes;
  std::array<std::byte, 65536> buffer;
  while (true) {
    const auto count = (*reader)->read(buffer);
    if (!count) throw std::runtime_error(describe(count.error()));
    if (*count == 0) return bytes;
    bytes.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
}

}  // namespace

std::string_view layer_media_type(Codec codec, Family family) {
  const bool docker = family == Family::docker;
  switch (codec) {
    case Codec::none:
      return docker ? media_type::kDockerLayer : media_type::kOciLayer;
    case Codec::gzip:
      return docker ? media_type::kDockerLayerGzip : media_type::kOciLayerGzip;
    case Codec::zstd:
      return docker ? media_type::kDockerLayerZstd : media_type::kOciLayerZstd;
  }
  throw std::logic_error("unknown codec");
}

BuiltImage build_image(const ImageSpec& spec) { return Builder(spec).build(); }

std::map<std::string, std::string> layout_files(const BuiltImage& built, std::string_view tag) {
  std::map<std::string, std::string> files;
  files["oci-layout"] = R"({"imageLayoutVersion":"1.0.0"})";
  OrderedJson root = to_json(built.image.root);
  root["annotations"]["org.opencontainers.image.ref.name"] = tag;
  files["index.json"] = OrderedJson{{"schemaVersion", 2}, {"manifests", OrderedJson::array({root})}}.dump();
  for (const Descriptor& blob : built.blobs)
    files["blobs/" + std::string(blob.digest.algorithm_name()) + "/" + blob.digest.hex()] =
        read_all(*built.image.blobs, blob);
  return files;
}

void write_layout(const BuiltImage& built, std::string_view tag, const std::filesystem::path& folder) {
  for (const auto& [path, bytes] : layout_files(built, tag)) {
    std::filesystem::create_directories((folder / path).parent_path());
    std::ofstream file(folder / path, std::ios::binary);
    file.write(bytes.data(), std::streamsize(bytes.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + (folder / path).string());
  }
}

std::string oci_archive(const BuiltImage& built, std::string_view tag) {
  std::string archive;
  TarWriter tar([&](std::string_view bytes) { archive.append(bytes); });
  for (const auto& [path, bytes] : layout_files(built, tag)) {
    Member member;
    member.name = path;
    member.content.head = bytes;
    tar.add(member);
  }
  tar.finish();
  return archive;
}

}  // namespace ocitidy::test
