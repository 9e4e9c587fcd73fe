// unwrap-index: one image out of an index, without attestations.
// Why and examples: docs/passes/unwrap-index.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

std::string_view kind_of(const IndexMember& member) {
  switch (member.kind) {
    case IndexMember::Kind::image:
      return "another platform's image";
    case IndexMember::Kind::attestation:
      return "an attestation, which says how the image was built";
    case IndexMember::Kind::artifact:
      return "an artifact";
    case IndexMember::Kind::absent:
      break;
  }
  return "a manifest that is not in the store";
}

/// The output is always one manifest: this says what stays behind.
Outcome plan(const PassInput& in, Plan& plan) {
  const auto members = in.image.index_members();
  if (members.empty()) return Outcome::not_applicable("the image is one manifest");
  for (const IndexMember& member : members) {
    if (member.descriptor.digest == in.image.manifest_descriptor().digest) continue;
    const std::string platform = member.descriptor.platform ? member.descriptor.platform->str() : "";
    plan.record({.kind = Edit::Kind::document,
                 .layer = std::nullopt,
                 .path = "",
                 .detail = cat("leaves out ", member.descriptor.digest.str(), ", ", kind_of(member),
                               platform.empty() ? "" : cat(" for ", escape_for_terminal(platform)))});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass unwrap_index = {.info = {.id = "unwrap-index",
                                              .title = "Take one image out of an index, without attestations",
                                              .since = "0.1.0",
                                              .safety = Safety::bytes},
                                     .plan = plan};

}  // namespace ocitidy::passes
