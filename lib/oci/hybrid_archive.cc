// hybrid_archive.cc - two tables of contents for one archive, held against each other.
#include "oci/hybrid_archive.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "oci/docker_archive.h"
#include "oci/oci_archive.h"

namespace ocitidy {
namespace {

/// Are the config and all layers there? Layers that live elsewhere need not be.
bool is_complete(const Manifest& manifest, const BlobSource& blobs) {
  return blobs.open(manifest.config) && std::ranges::all_of(manifest.layers, [&](const Descriptor& layer) {
           return !layer.urls.empty() || blobs.open(layer);
         });
}

/// What index.json leads to.
struct OciSide {
  std::set<Digest> configs;         ///< of the images whose manifests are there
  std::optional<Descriptor> match;  ///< the first complete manifest with the wanted config
  IndexWalk walk;
};

OciSide survey(const RootIndex& index, const Digest& wanted_config, const BlobSource& blobs, const Limits& limits) {
  OciSide side;
  side.walk = walk_index(blobs, index.manifests, limits, [&](const Descriptor& at, const Document& document) {
    const auto* manifest = std::get_if<Manifest>(&document);
    if (!manifest || !is_image(at, *manifest)) return;
    side.configs.insert(manifest->config.digest);
    if (!side.match && manifest->config.digest == wanted_config && is_complete(*manifest, blobs)) side.match = at;
  });
  return side;
}

/// The entry of index.json through which `match` is reached, when it leads to no other image: an index with
/// attestations is what a push would push, and what Lambda would refuse. Else `match` itself.
Descriptor root_above(const RootIndex& index, const Descriptor& match, const BlobSource& blobs, Limits limits) {
  for (const Descriptor& entry : index.manifests) {
    std::vector<Digest> images;
    const IndexWalk walk =
        walk_index(blobs, std::span(&entry, 1), limits, [&](const Descriptor& at, const Document& document) {
          const auto* manifest = std::get_if<Manifest>(&document);
          if (manifest && is_image(at, *manifest)) images.push_back(at.digest);
        });
    if (!walk.first_error && images == std::vector{match.digest}) return entry;
    // No more documents for all entries together than one index may hold: the entries may all lead to the same ones.
    limits.index_manifests -= static_cast<std::uint32_t>(walk.documents);
  }
  return match;
}

std::string only_in(std::string_view where, const std::set<Digest>& here, const std::set<Digest>& there) {
  for (const Digest& digest : here) {
    if (!there.contains(digest)) return cat("; only in ", where, ": config ", digest.str());
  }
  return "";
}

/// Tells what a reader of one document sees and a reader of the other does not.
std::vector<StoreNote> compare(const DockerIndex& docker, const RootIndex& index, const std::set<Digest>& oci_configs) {
  std::set<Digest> docker_configs;
  for (const DockerItem& item : docker.items()) docker_configs.insert(item.config_digest);
  if (docker_configs == oci_configs) return {};
  const std::string oci_count = index.manifests.empty()
                                    ? cat("no image ('manifests' is ", index.is_null ? "null)" : "empty)")
                                    : counted(oci_configs.size(), "image", "images");
  return {
      {StoreNote::Kind::archive_disagreement,
       cat("manifest.json describes ", counted(docker_configs.size(), "image", "images"), ", index.json ", oci_count,
           only_in("manifest.json", docker_configs, oci_configs), only_in("index.json", oci_configs, docker_configs))}};
}

}  // namespace

Result<Image> open_hybrid_archive(std::shared_ptr<const ArchiveFile> archive, const Selector& selector,
                                  const OpenOptions& options) {
  const auto blobs = std::make_shared<const OciArchive>(archive);
  OCITIDY_TRY(const DockerIndex docker, DockerIndex::read(*archive));
  OCITIDY_TRY(const RootIndex index, blobs->root_index());
  OCITIDY_TRY(std::vector<StoreNote> notes, blobs->layout_notes());

  const bool names_manifest =
      selector.kind == Selector::Kind::digest &&
      std::ranges::find(docker.items(), selector.digest, &DockerItem::config_digest) == docker.items().end();
  std::size_t position = 0;
  if (!names_manifest) {
    OCITIDY_TRY(position, docker.select(selector, *archive, options.platform));
  }
  const DockerItem& item = docker.items()[position];
  OciSide oci = survey(index, item.config_digest, *blobs, options.limits);
  const auto append = [&](std::vector<StoreNote> more) { std::ranges::move(more, std::back_inserter(notes)); };
  append(compare(docker, index, oci.configs));
  append(note_absent(oci.walk));

  Image image{.blobs = blobs, .root = {}, .transport = Transport::oci_archive, .reference = {}, .notes = {}};
  if (names_manifest) {
    OCITIDY_TRY(image.root, select_root(index, selector, *blobs, options));
  } else if (oci.match) {
    image.root = root_above(index, *oci.match, *blobs, options.limits);
  } else if (oci.walk.first_error) {  // the manifest that is looked for may be the broken one
    return fail(*std::move(oci.walk.first_error));
  } else {
    OCITIDY_TRY(image, open_docker_item(std::move(archive), item));
  }
  image.notes = std::move(notes);
  image.index_json = index.raw;
  return image;
}

}  // namespace ocitidy
