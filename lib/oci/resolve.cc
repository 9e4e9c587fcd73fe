// resolve.cc - one walk through the documents below a root.
#include "oci/resolve.h"

#include <map>
#include <set>

#include "archive/stream.h"
#include "base/text.h"
#include "oci/conformance.h"
#include "oci/parse.h"

namespace ocitidy {
namespace {

/// An image manifest that was found below the root, not yet chosen.
struct Candidate {
  Descriptor descriptor;
  Manifest manifest;
};

class Search {
 public:
  Search(const Image& image, const Limits& limits) : image_(image), limits_(limits) {}

  Result<void> visit(const Descriptor& descriptor, std::uint32_t depth);

  std::vector<IndexMember> members;
  std::vector<IndexDocument> indexes;
  std::vector<Candidate> images, artifacts;

 private:
  Result<void> visit_member(const Descriptor& descriptor, std::uint32_t depth);
  Result<void> visit_index(const Descriptor& descriptor, Index index, std::uint32_t depth);

  const Image& image_;
  const Limits& limits_;
  std::set<Digest> seen_;
  std::uint64_t documents_ = 0;
  std::uint64_t index_bytes_ = 0;  // kept in `indexes`
};

Result<void> Search::visit(const Descriptor& descriptor, std::uint32_t depth) {
  if (depth > limits_.index_depth) {
    return fail(Code::limit_exceeded, cat("indexes are nested deeper than the limit of ", limits_.index_depth));
  }
  if (++documents_ > limits_.index_manifests) {
    return fail(Code::limit_exceeded,
                cat("the index holds more than the limit of ", limits_.index_manifests, " documents"));
  }
  OCITIDY_TRY(std::string raw, read_small_blob(*image_.blobs, descriptor, limits_.json_bytes));
  auto parsed = parse_document(std::move(raw), limits_);
  if (!parsed) return fail_at(std::move(parsed).error(), cat("document ", descriptor.digest.str()));
  if (auto* index = std::get_if<Index>(&*parsed)) return visit_index(descriptor, std::move(*index), depth);

  Candidate found{descriptor, std::get<Manifest>(*std::move(parsed))};
  const bool attestation = is_attestation(descriptor, found.manifest);
  const bool artifact = is_artifact(found.manifest);
  if (depth > 0) {
    using Kind = IndexMember::Kind;
    members.push_back({descriptor, attestation ? Kind::attestation : artifact ? Kind::artifact : Kind::image});
    if (attestation) return {};
  }
  (artifact || attestation ? artifacts : images).push_back(std::move(found));
  return {};
}

Result<void> Search::visit_index(const Descriptor& descriptor, Index index, std::uint32_t depth) {
  index_bytes_ += index.raw.size();
  if (index_bytes_ <= limits_.json_bytes) indexes.push_back({descriptor, std::move(index.raw)});
  for (const Descriptor& member : index.manifests) {
    if (!seen_.insert(member.digest).second) continue;  // twice in one index, or a loop
    OCITIDY_CHECK(visit_member(member, depth + 1));
  }
  return {};
}

Result<void> Search::visit_member(const Descriptor& descriptor, std::uint32_t depth) {
  auto visited = visit(descriptor, depth);
  if (visited) return visited;
  // Archives of one platform keep the whole index and leave the other manifests out: recorded, not refused.
  if (visited.error().code == Code::not_found) {
    members.push_back({descriptor, IndexMember::Kind::absent});
    return {};
  }
  if (visited.error().code == Code::unsupported) {  // a document of some future kind beside the images
    members.push_back({descriptor, IndexMember::Kind::artifact});
    return {};
  }
  return visited;
}

/// The platforms of candidates: what the index says, else what their configs say. Each config is read once, however
/// many manifests share it.
class Platforms {
 public:
  Platforms(const Image& image, const Limits& limits) : image_(image), limits_(limits) {}

  Result<Platform> of(const Candidate& candidate) {
    if (candidate.descriptor.platform) return *candidate.descriptor.platform;
    const Descriptor& config = candidate.manifest.config;
    if (const auto known = by_config_.find(config.digest); known != by_config_.end()) return known->second;
    OCITIDY_TRY(std::string raw, read_small_blob(*image_.blobs, config, limits_.json_bytes));
    OCITIDY_TRY(ImageConfig parsed, parse_config(std::move(raw), limits_));
    return by_config_[config.digest] = std::move(parsed.platform);
  }

 private:
  const Image& image_;
  const Limits& limits_;
  std::map<Digest, Platform> by_config_;
};

std::string list_of(const std::vector<std::pair<Platform, Digest>>& images) {
  constexpr std::size_t kListed = 20;
  std::string text;
  for (std::size_t i = 0; i < images.size() && i < kListed; ++i) {
    const std::string platform = images[i].first.str();
    text += cat(i == 0 ? "" : ", ", platform.empty() ? "no platform" : escape_for_terminal(platform), " ",
                images[i].second.str());
  }
  if (images.size() > kListed) text += cat(", and ", images.size() - kListed, " more");
  return text;
}

Result<Candidate> choose(Search&& found, const Image& image, const std::optional<Platform>& wanted,
                         const Limits& limits) {
  if (found.images.empty() && found.artifacts.size() == 1) return std::move(found.artifacts.front());
  std::vector<std::pair<Platform, Digest>> there;
  std::vector<std::size_t> fitting;
  Platforms platforms(image, limits);
  for (std::size_t i = 0; i < found.images.size(); ++i) {
    OCITIDY_TRY(Platform platform, platforms.of(found.images[i]));
    const bool fits = !wanted || found.members.empty() || platform.answers(*wanted);
    if (fits) fitting.push_back(i);
    there.emplace_back(std::move(platform), found.images[i].descriptor.digest);
  }
  if (fitting.size() == 1) return std::move(found.images[fitting.front()]);
  if (found.images.empty()) return fail(Code::not_found, "the index holds no image whose manifest is there");
  if (fitting.empty()) {
    return fail(Code::invalid_argument,
                cat("no image for platform ", escape_for_terminal(wanted->str()), "; there are: ", list_of(there)));
  }
  return fail(Code::invalid_argument,
              cat("several images, choose one with --platform or a selector: ", list_of(there)));
}

}  // namespace

Result<ResolvedImage> resolve_image(const Image& image, const std::optional<Platform>& platform, const Limits& limits) {
  Search search(image, limits);
  OCITIDY_CHECK(search.visit(image.root, 0));
  ResolvedImage resolved;
  resolved.index_members = search.members;  // choose() looks whether there are any
  resolved.indexes = std::move(search.indexes);
  OCITIDY_TRY(Candidate chosen, choose(std::move(search), image, platform, limits));
  resolved.descriptor = std::move(chosen.descriptor);
  resolved.manifest = std::move(chosen.manifest);
  resolved.is_artifact = is_artifact(resolved.manifest) || is_attestation(resolved.descriptor, resolved.manifest);
  if (resolved.is_artifact) return resolved;

  auto raw = read_small_blob(*image.blobs, resolved.manifest.config, limits.json_bytes);
  if (!raw) return fail_at(std::move(raw).error(), "config");
  auto config = parse_config(*std::move(raw), limits);
  if (!config) return fail_at(std::move(config).error(), "config");
  resolved.config = *std::move(config);
  // A config without any DiffID is odd but readable: nothing is claimed that could be wrong, and registries hold such
  // images.
  const bool claims_diff_ids = !resolved.config.diff_ids.empty();
  if (claims_diff_ids && resolved.config.diff_ids.size() != resolved.manifest.layers.size()) {
    Error error{.code = Code::corrupt,
                .message = cat("the config names ", resolved.config.diff_ids.size(), " DiffIDs for ",
                               resolved.manifest.layers.size(), " layers"),
                .trail = {}};
    add_violations(error, "manifest", check_manifest(resolved.manifest.raw, resolved.descriptor.media_type, limits));
    add_violations(error, "config", check_config(resolved.config.raw, limits));
    return fail(std::move(error));
  }
  return resolved;
}

}  // namespace ocitidy
