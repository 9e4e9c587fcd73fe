// convert-media-types: Docker's media types into OCI's, or back.
// Why and examples: docs/passes/convert-media-types.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) {
  if (in.options.family == MediaFamily::keep) return Outcome::not_applicable("no family was asked for (--media-types)");
  plan.set_family(in.options.family);
  const bool to_oci = in.options.family == MediaFamily::oci;
  const std::string_view wanted = to_oci ? media_type::kOciManifest : media_type::kDockerManifest;
  const std::string& stated = in.image.manifest().media_type;
  if (stated == wanted) return Outcome::checked();
  plan.record({.kind = Edit::Kind::document,
               .layer = std::nullopt,
               .path = "",
               .detail = cat("manifest, config and layers get the media types of ", to_oci ? "OCI" : "Docker",
                             stated.empty() ? "" : cat("; the manifest says ", quote(stated)))});
  return Outcome::checked();
}

}  // namespace

constinit const Pass convert_media_types = {.info = {.id = "convert-media-types",
                                                     .title = "Convert between the media types of Docker and OCI",
                                                     .since = "0.1.0",
                                                     .safety = Safety::bytes},
                                            .plan = plan};

}  // namespace ocitidy::passes
