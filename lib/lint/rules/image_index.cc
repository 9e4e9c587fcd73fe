// image-index: the reference names an image index, and Lambda takes a single manifest only.
// Why and examples: docs/rules/image-index.md
#include <string>
#include <vector>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using Kind = IndexMember::Kind;

/// "linux/amd64", "linux/arm64 (not in this store)", "an attestation".
std::string member_text(const IndexMember& member) {
  if (member.kind == Kind::attestation) return "an attestation";
  if (member.kind == Kind::artifact) return "an artifact";
  const std::string platform = member.descriptor.platform ? member.descriptor.platform->str() : "";
  return cat(platform.empty() ? "an image without platform" : escape_for_terminal(platform),
             member.kind == Kind::absent ? " (not in this store)" : "");
}

Outcome check(const LintInput& in, FindingSink& out) {
  constexpr std::size_t kShown = 6;
  const ImageModel& image = in.image;
  if (image.index_members().empty()) return Outcome::checked();
  const Descriptor& root = image.source().root;
  std::vector<std::string> members;
  for (const IndexMember& member : image.index_members()) members.push_back(member_text(member));

  const Descriptor& chosen = image.manifest_descriptor();
  std::string platform = (chosen.platform ? *chosen.platform : image.config().platform).str();
  if (platform.empty()) platform = "linux/amd64";
  out.add({.message = cat("the image is an index (", root.digest.str(), ", ", quote(root.media_type),
                          "); Lambda takes a single manifest only. It lists ", listed(members, kShown)),
           .fix = cat("build one platform without attestations: docker buildx build --platform ",
                      escape_for_terminal(platform), " --provenance=false --sbom=false; or push the manifest ",
                      chosen.digest.str(), " alone"),
           .where = {in_document("index#/manifests")},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule image_index = {.info = {.id = "image-index",
                                             .title = "Image index instead of a single manifest",
                                             .since = "0.1.0",
                                             .category = Category::deploy,
                                             .severity = Severity::error,
                                             .evidence = Evidence::documented,
                                             .fixed_by = "unwrap-index"},
                                    .check = check};

}  // namespace ocitidy::rules
