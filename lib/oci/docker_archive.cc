// docker_archive.cc - from manifest.json to a manifest, a config and layers that can be opened by digest.
#include "oci/docker_archive.h"

#include <algorithm>
#include <array>
#include <set>

#include "archive/codec.h"
#include "base/hasher.h"
#include "base/json.h"
#include "base/text.h"
#include "oci/oci_archive.h"
#include "oci/parse.h"
#include "oci/select.h"

namespace ocitidy {
namespace {

using Member = ArchiveFile::Member;

/// A compressed member, decoded on the way.
class DecodedReader : public BlobReader {
 public:
  explicit DecodedReader(std::unique_ptr<ByteStream> stored) : stored_(std::move(stored)), decoder_(*stored_) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    if (left_.empty()) {
      OCITIDY_TRY(left_, decoder_.next());
    }
    const std::size_t count = std::min(into.size(), left_.size());
    std::ranges::copy(left_.first(count), into.begin());
    left_ = left_.subspan(count);
    return count;
  }

 private:
  std::unique_ptr<ByteStream> stored_;
  Decoder decoder_;
  std::span<const std::byte> left_;
};

struct LayerMember {
  const Member* member = nullptr;
  bool compressed = false;
  std::uint64_t tar_bytes = 0;
};

class DockerArchive : public BlobSource {
 public:
  explicit DockerArchive(std::shared_ptr<const ArchiveFile> archive) : archive_(std::move(archive)) {}

  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
    const auto layer = layers_.find(blob.digest);
    if (layer == layers_.end()) return documents_.open(blob);
    if (layer->second.compressed) return std::make_unique<DecodedReader>(archive_->stream(*layer->second.member));
    return archive_->reader(*layer->second.member);
  }

  Result<void> add_layer(const DiffId& diff_id, const std::string& name);
  Descriptor add_documents(const std::vector<DiffId>& diff_ids, std::string config);

 private:
  std::shared_ptr<const ArchiveFile> archive_;
  MemoryBlobs documents_;
  std::map<Digest, LayerMember> layers_;  // by DiffID
  std::set<const Member*> used_;
};

/// The size goes into the manifest, so a compressed layer (Kaniko, "ctr export") has to be decoded once to learn it.
Result<LayerMember> measure(const ArchiveFile& archive, const Member& member) {
  const auto stream = archive.stream(member);
  Decoder decoder(*stream);
  OCITIDY_TRY(auto chunk, decoder.next());
  LayerMember layer{.member = &member, .compressed = decoder.magic() != Magic::none, .tar_bytes = member.size_bytes};
  if (!layer.compressed) return layer;
  layer.tar_bytes = 0;
  while (!chunk.empty()) {
    layer.tar_bytes += chunk.size();
    OCITIDY_TRY(chunk, decoder.next());
  }
  return layer;
}

Result<void> DockerArchive::add_layer(const DiffId& diff_id, const std::string& name) {
  if (layers_.contains(diff_id.value)) return {};  // the same layer twice; the digest makes it the same bytes
  OCITIDY_TRY(const Member* member, archive_->follow(name));
  if (!used_.insert(member).second) {
    return fail(Code::corrupt, cat(quote(name), " stands for two layers that have different DiffIDs"));
  }
  auto layer = measure(*archive_, *member);
  if (!layer) return fail_at(std::move(layer).error(), cat("archive member ", quote(name)));
  layers_.emplace(diff_id.value, *layer);
  return {};
}

/// Spelled as Go's encoding/json would: this member order, no blanks.
Descriptor DockerArchive::add_documents(const std::vector<DiffId>& diff_ids, std::string config) {
  const auto object = [](std::string_view media_type, std::uint64_t size_bytes, const Digest& digest) {
    return cat(R"({"mediaType":")", media_type, R"(","size":)", size_bytes, R"(,"digest":")", digest.str(), R"("})");
  };
  const Descriptor stored = documents_.add(media_type::kDockerConfig, std::move(config));
  std::string manifest = cat(R"({"schemaVersion":2,"mediaType":")", media_type::kDockerManifest, R"(","config":)",
                             object(stored.media_type, stored.size_bytes, stored.digest), R"(,"layers":[)");
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    const Digest& digest = diff_ids[i].value;
    manifest += cat(i == 0 ? "" : ",", object(media_type::kDockerLayerGzip, layers_.at(digest).tar_bytes, digest));
  }
  return documents_.add(media_type::kDockerManifest, manifest + "]}");
}

/// The digest in a config's name: "<hex>.json" (docker), "sha256:<hex>" (go-containerregistry), "blobs/sha256/<hex>".
std::optional<Digest> digest_in_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  std::string_view base = name.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (base.ends_with(".json")) base.remove_suffix(5);
  auto digest = Digest::parse(base.starts_with("sha256:") ? std::string(base) : cat("sha256:", base));
  return digest ? std::optional(*digest) : std::nullopt;
}

/// The member that holds a config. Equal names must hold equal bytes.
Result<const Member*> find_config(const ArchiveFile& archive, const std::string& name) {
  OCITIDY_TRY(const Member* member, archive.follow(name));
  const auto twins = archive.members(clean_name(name));
  if (twins.size() < 2) return member;
  OCITIDY_TRY(const std::string bytes, archive.read_small(*member, name));
  for (const Member* twin : twins) {
    OCITIDY_CHECK(ArchiveFile::check_regular(*twin, name));
    OCITIDY_TRY(const std::string other, archive.read_small(*twin, name));
    if (other != bytes)
      return fail(Code::corrupt, cat(quote(name), " stands in the archive twice, with different bytes"));
  }
  return member;
}

/// Errors: corrupt when `name` holds another digest than the one of the bytes.
Result<void> check_config_name(const std::string& name, const Digest& actual) {
  const auto expected = digest_in_name(clean_name(name));
  if (!expected || *expected == actual) return {};
  return fail(Code::corrupt, cat("config ", quote(name), " has the digest ", actual.str()));
}

Result<DockerItem> parse_item(const JsonObject& object) {
  DockerItem item;
  OCITIDY_TRY(item.config, object.string("Config"));
  if (item.config.empty()) return fail(Code::corrupt, cat(object.pointer(), "/Config is missing"));
  OCITIDY_TRY(item.repo_tags, object.strings("RepoTags"));
  OCITIDY_TRY(item.layers, object.strings("Layers"));
  for (std::size_t i = 0; i < item.layers.size(); ++i) {
    if (item.layers[i].empty()) return fail(Code::corrupt, cat(object.pointer(), "/Layers/", i, " is empty"));
  }
  return item;
}

Result<std::vector<DockerItem>> parse_items(std::string_view raw, const Limits& limits) {
  OCITIDY_TRY(const Json json, parse_json(raw, limits));
  if (!json.is_array()) return fail(Code::corrupt, cat("names no image: it is ", json.type_name(), ", not an array"));
  if (json.empty()) return fail(Code::corrupt, "names no image: the array is empty");
  if (json.size() > limits.index_manifests) {
    return fail(Code::limit_exceeded,
                cat("names ", json.size(), " images, over the limit of ", limits.index_manifests));
  }
  std::vector<DockerItem> items;
  for (const Json& value : json) {
    OCITIDY_TRY(const JsonObject object, JsonObject::of(value, cat("/", items.size())));
    OCITIDY_TRY(DockerItem item, parse_item(object));
    items.push_back(std::move(item));
  }
  return items;
}

std::unexpected<Error> at_manifest_json(Error error) { return fail_at(std::move(error), "manifest.json"); }

/// Does the config say which layers make its file system? Without that any JSON object would pass for one.
Result<void> require_rootfs(const std::string& raw, const Limits& limits) {
  OCITIDY_TRY(const Json json, parse_json(raw, limits));
  OCITIDY_TRY(const JsonObject object, JsonObject::of(json, ""));
  if (!object.has("rootfs")) return fail(Code::corrupt, "no image config: there is no 'rootfs'");
  return {};
}

}  // namespace

Result<DockerIndex> DockerIndex::read(const ArchiveFile& archive) {
  OCITIDY_TRY(const Member* member, archive.only("manifest.json"));
  OCITIDY_TRY(const std::string raw, archive.read_small(*member, "manifest.json"));
  auto items = parse_items(raw, archive.limits());
  if (!items) return at_manifest_json(std::move(items).error());
  DockerIndex index;
  index.items_ = *std::move(items);
  std::map<const Member*, Digest> digests;  // many items may name one config: it is read once
  const auto learn_digest = [&](DockerItem& item) -> Result<void> {
    OCITIDY_TRY(item.config_member, find_config(archive, item.config));
    const auto [it, is_new] = digests.try_emplace(item.config_member);
    if (is_new) {
      OCITIDY_TRY(const std::string config, archive.read_small(*item.config_member, item.config));
      it->second = digest_of(config);
    }
    item.config_digest = it->second;
    return check_config_name(item.config, item.config_digest);
  };
  for (DockerItem& item : index.items_) {
    if (auto learnt = learn_digest(item); !learnt) return at_manifest_json(std::move(learnt).error());
  }
  return index;
}

Result<std::size_t> DockerIndex::select(const Selector& selector, const ArchiveFile& archive,
                                        const std::optional<Platform>& platform) const {
  std::vector<Candidate> candidates;
  candidates.reserve(items_.size());
  for (const DockerItem& item : items_) candidates.push_back({item.repo_tags, item.config_digest});
  return select_one(candidates, selector, platform, [&](std::size_t i) -> std::vector<Platform> {
    auto raw = archive.read_small(*items_[i].config_member, items_[i].config);
    if (!raw) return {};
    const auto config = parse_config(*std::move(raw), archive.limits());
    return config ? std::vector{config->platform} : std::vector<Platform>();
  });
}

Result<Image> open_docker_item(std::shared_ptr<const ArchiveFile> archive, const DockerItem& item) {
  const Limits& limits = archive->limits();
  OCITIDY_TRY(std::string raw, archive->read_small(*item.config_member, item.config));
  const std::string place = cat("config ", quote(item.config));
  if (auto checked = require_rootfs(raw, limits); !checked) return fail_at(std::move(checked).error(), place);
  const auto config = parse_config(raw, limits);
  if (!config) return fail_at(config.error(), place);
  if (config->diff_ids.size() != item.layers.size()) {
    return at_manifest_json({Code::corrupt,
                             cat("it names ", counted(item.layers.size(), "layer", "layers"), ", the config ",
                                 counted(config->diff_ids.size(), "DiffID", "DiffIDs")),
                             {}});
  }
  if (item.layers.size() > limits.layers) {
    return at_manifest_json(
        {Code::limit_exceeded,
         cat("the image has ", item.layers.size(), " layers, over the limit of ", limits.layers, " (--max-layers)"),
         {}});
  }
  auto blobs = std::make_shared<DockerArchive>(archive);
  for (std::size_t i = 0; i < item.layers.size(); ++i) {
    if (auto added = blobs->add_layer(config->diff_ids[i], item.layers[i]); !added) {
      return fail_at(std::move(added).error(), cat("layer ", i));
    }
  }
  const Descriptor root = blobs->add_documents(config->diff_ids, std::move(raw));
  return Image{
      .blobs = std::move(blobs), .root = root, .transport = Transport::docker_archive, .reference = {}, .notes = {}};
}

Result<Image> open_docker_archive(std::shared_ptr<const ArchiveFile> archive, const Selector& selector,
                                  const OpenOptions& options) {
  if (!archive->has("manifest.json")) {
    if (!archive->has("index.json")) return fail_no_image(*archive);
    return fail(Code::unsupported,
                "not a docker-archive: it holds index.json but no manifest.json; read it as oci-archive:");
  }
  OCITIDY_TRY(const DockerIndex index, DockerIndex::read(*archive));
  OCITIDY_TRY(const std::size_t position, index.select(selector, *archive, options.platform));
  return open_docker_item(std::move(archive), index.items()[position]);
}

}  // namespace ocitidy
