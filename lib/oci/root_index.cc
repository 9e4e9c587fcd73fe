// root_index.cc - from index.json to one descriptor.
#include "oci/root_index.h"

#include <algorithm>
#include <map>
#include <set>

#include "archive/stream.h"
#include "base/json.h"
#include "base/text.h"
#include "oci/conformance.h"
#include "oci/parse.h"
#include "oci/select.h"

namespace ocitidy {
namespace {

class Walker {
 public:
  Walker(const BlobSource& blobs, const Limits& limits,
         const std::function<void(const Descriptor&, const Document&)>& found)
      : blobs_(blobs), limits_(limits), found_(found) {}

  void visit_all(std::span<const Descriptor> descriptors, std::uint32_t depth) {
    for (const Descriptor& descriptor : descriptors) {
      if (seen_.size() >= limits_.index_manifests) {
        return note(Error{Code::limit_exceeded,
                          cat("the index holds more than the limit of ", limits_.index_manifests, " documents"),
                          {}});
      }
      if (!seen_.insert(descriptor.digest).second) continue;  // twice in an index, or a loop
      ++outcome.documents;
      visit(descriptor, depth);
    }
  }

  IndexWalk outcome;

 private:
  void note(Error error) {
    if (error.code == Code::not_found) {
      ++outcome.absent;
    } else if (!outcome.first_error) {
      outcome.first_error = std::move(error);
    }
  }

  void visit(const Descriptor& descriptor, std::uint32_t depth) {
    if (depth > limits_.index_depth) {
      return note(
          Error{Code::limit_exceeded, cat("indexes are nested deeper than the limit of ", limits_.index_depth), {}});
    }
    auto document = read(descriptor);
    if (!document) return note(std::move(document).error());
    found_(descriptor, *document);
    if (const auto* index = std::get_if<Index>(&*document)) visit_all(index->manifests, depth + 1);
  }

  Result<Document> read(const Descriptor& descriptor) const {
    OCITIDY_TRY(std::string raw, read_small_blob(blobs_, descriptor, limits_.json_bytes));
    auto document = parse_document(std::move(raw), limits_);
    if (!document) return fail_at(std::move(document).error(), cat("document ", descriptor.digest.str()));
    return document;
  }

  const BlobSource& blobs_;
  const Limits& limits_;
  const std::function<void(const Descriptor&, const Document&)>& found_;
  std::set<Digest> seen_;
};

/// Tags (image-spec annotations.md) and full names (as containerd writes them).
std::vector<std::string> names_of(const Descriptor& descriptor) {
  std::vector<std::string> names;
  for (const char* key : {"org.opencontainers.image.ref.name", "io.containerd.image.name"}) {
    const auto it = descriptor.annotations.find(key);
    if (it != descriptor.annotations.end() && !it->second.empty()) names.push_back(it->second);
  }
  return names;
}

/// Learns platforms, and reads no more documents for all questions together than one index may hold.
class PlatformFinder {
 public:
  PlatformFinder(const BlobSource& blobs, const Limits& limits) : blobs_(blobs), limits_(limits) {}

  /// The platforms of all images at or below `descriptor`; unreadable ones have none.
  std::vector<Platform> below(const Descriptor& descriptor) {
    if (descriptor.platform) return {*descriptor.platform};
    std::vector<Platform> platforms;
    const IndexWalk walk =
        walk_index(blobs_, std::span(&descriptor, 1), limits_, [&](const Descriptor& at, const Document& document) {
          const auto* manifest = std::get_if<Manifest>(&document);
          if (!manifest || !is_image(at, *manifest)) return;
          if (const auto platform = at.platform ? at.platform : of_config(manifest->config))
            platforms.push_back(*platform);
        });
    limits_.index_manifests -= static_cast<std::uint32_t>(walk.documents);
    return platforms;
  }

 private:
  std::optional<Platform> of_config(const Descriptor& config) {
    const auto [it, is_new] = configs_.try_emplace(config.digest);
    if (!is_new) return it->second;
    auto raw = read_small_blob(blobs_, config, limits_.json_bytes);
    if (!raw) return std::nullopt;
    if (auto parsed = parse_config(*std::move(raw), limits_)) it->second = std::move(parsed->platform);
    return it->second;
  }

  const BlobSource& blobs_;
  Limits limits_;
  std::map<Digest, std::optional<Platform>> configs_;
};

/// A manifest or index with that digest anywhere in the graph.
std::optional<Descriptor> find_below(const RootIndex& index, const Digest& digest, const BlobSource& blobs,
                                     const Limits& limits) {
  std::optional<Descriptor> match;
  walk_index(blobs, index.manifests, limits, [&](const Descriptor& at, const Document& document) {
    const auto* nested = std::get_if<Index>(&document);
    if (at.digest == digest && !match) match = at;
    if (!nested || match) return;
    const auto it = std::ranges::find(nested->manifests, digest, &Descriptor::digest);
    if (it != nested->manifests.end()) match = *it;
  });
  return match;
}

}  // namespace

Result<RootIndex> parse_root_index(std::string raw, const Limits& limits) {
  const auto parse = [&]() -> Result<RootIndex> {
    OCITIDY_TRY(const Json json, parse_json(raw, limits));
    OCITIDY_TRY(const JsonObject object, JsonObject::of(json, ""));
    if (json.contains("manifests") && !object.has("manifests") && !object.has("config") && !object.has("layers")) {
      return RootIndex{.manifests = {}, .is_null = true, .raw = raw};
    }
    OCITIDY_TRY(auto document, parse_document(std::move(raw), limits));
    if (auto* index = std::get_if<Index>(&document))
      return RootIndex{.manifests = std::move(index->manifests), .is_null = false, .raw = std::move(index->raw)};
    return fail(Code::corrupt, "a manifest, not an index: there is no 'manifests'");
  };
  auto parsed = parse();
  if (!parsed) return fail_at(std::move(parsed).error(), "index.json");
  return parsed;
}

Result<std::vector<StoreNote>> check_layout_marker(Result<std::string> content, const Limits& limits) {
  using Kind = StoreNote::Kind;
  using Notes = std::vector<StoreNote>;
  if (!content && content.error().code == Code::not_found) {
    return Notes{{Kind::missing_layout_marker, "there is no oci-layout file; the image-spec requires one"}};
  }
  if (!content) return fail_at(std::move(content).error(), "oci-layout");
  const auto version = [&]() -> Result<std::string> {
    OCITIDY_TRY(const Json json, parse_json(*content, limits));
    OCITIDY_TRY(const JsonObject object, JsonObject::of(json, ""));
    return object.string("imageLayoutVersion");
  }();
  if (!version) {
    Error error = version.error();
    add_violations(error, "", check_layout(*content, limits));
    return Notes{{Kind::unknown_layout_version, cat("oci-layout cannot be read: ", describe(error))}};
  }
  if (*version == "1.0.0") return Notes{};
  return Notes{{Kind::unknown_layout_version,
                cat("oci-layout has the version ", quote(version->substr(0, 100)), ", not '1.0.0'")}};
}

Result<Descriptor> select_root(const RootIndex& index, const Selector& selector, const BlobSource& blobs,
                               const OpenOptions& options) {
  if (index.manifests.empty()) {
    return fail(Code::corrupt, cat("index.json names no image: 'manifests' is ", index.is_null ? "null" : "empty"));
  }
  std::vector<Candidate> candidates;
  candidates.reserve(index.manifests.size());
  for (const Descriptor& descriptor : index.manifests) candidates.push_back({names_of(descriptor), descriptor.digest});
  PlatformFinder platforms(blobs, options.limits);
  auto position = select_one(candidates, selector, options.platform,
                             [&](std::size_t i) { return platforms.below(index.manifests[i]); });
  if (position) return index.manifests[*position];
  if (selector.kind == Selector::Kind::digest) {
    if (auto below = find_below(index, selector.digest, blobs, options.limits)) return *std::move(below);
  }
  return fail(std::move(position).error());
}

IndexWalk walk_index(const BlobSource& blobs, std::span<const Descriptor> roots, const Limits& limits,
                     const std::function<void(const Descriptor&, const Document&)>& found) {
  Walker walker(blobs, limits, found);
  walker.visit_all(roots, 0);
  return std::move(walker.outcome);
}

bool is_image(const Descriptor& descriptor, const Manifest& manifest) {
  return !is_artifact(manifest) && !is_attestation(descriptor, manifest);
}

std::vector<StoreNote> note_absent(const IndexWalk& walk) {
  if (walk.absent == 0) return {};
  return {{StoreNote::Kind::incomplete_index, cat("index.json names ", counted(walk.absent, "manifest", "manifests"),
                                                  " that ", walk.absent == 1 ? "is" : "are", " not in the archive")}};
}

}  // namespace ocitidy
