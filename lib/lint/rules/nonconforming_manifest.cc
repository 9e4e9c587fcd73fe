// nonconforming-manifest: the manifest breaks rules of the image-spec.
// Why and examples: docs/rules/nonconforming-manifest.md
#include <vector>

#include "base/text.h"
#include "lint/document_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// Docker's manifests are not the image-spec's business. Who asks for that profile may want to know.
void tell_family(const LintInput& in, FindingSink& out) {
  const Family family = family_of_document(in.image.manifest().media_type, in.image.manifest_descriptor().media_type);
  if (in.options.profile != Profile::oci || family != Family::docker) return;
  out.add({.message =
               "the manifest is Docker's (V2 schema 2), and is judged by Docker's rules: OCI engines take it, but "
               "the image-spec says nothing about it",
           .fix = "for an OCI manifest: skopeo copy --format oci SOURCE DESTINATION",
           .where = {in_document("manifest#/mediaType")},
           .severity = Severity::info});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.source().transport == Transport::docker_archive) {
    return Outcome::not_applicable("a docker-archive has no manifest: it is written when the image is pushed");
  }
  auto violations =
      check_manifest(in.image.manifest().raw, in.image.manifest_descriptor().media_type, in.options.limits);
  std::erase_if(violations, [](const Violation& violation) {
    return violation.kind == Violation::Kind::repeated_member;  // duplicate-json-member tells of those
  });
  report_violations(violations, "manifest", in.options.profile, out);
  tell_family(in, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule nonconforming_manifest = {.info = {.id = "nonconforming-manifest",
                                                        .title = "Manifest that breaks the image-spec",
                                                        .since = "0.1.0",
                                                        .category = Category::oci,
                                                        .severity = Severity::warning,
                                                        .evidence = Evidence::documented,
                                                        .profiles = kEveryProfile},
                                               .check = check};

}  // namespace ocitidy::rules
