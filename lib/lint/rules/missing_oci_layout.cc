// missing-oci-layout: the image folder or archive lacks the marker that says it is an OCI layout.
// Why and examples: docs/rules/missing-oci-layout.md
#include <string>

#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const Image& source = in.image.source();
  if (source.transport != Transport::oci_layout && source.transport != Transport::oci_archive) {
    return Outcome::not_applicable("the image is not stored as an OCI layout");
  }
  for (const StoreNote& note : source.notes) {
    if (note.kind != StoreNote::Kind::missing_layout_marker && note.kind != StoreNote::Kind::unknown_layout_version) {
      continue;
    }
    out.add({.message = note.message,
             .fix = R"(write the file oci-layout beside index.json: {"imageLayoutVersion":"1.0.0"})",
             .where = {in_document("oci-layout")},
             .severity = in.options.profile == Profile::oci ? Severity::error : Severity::warning});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_oci_layout = {.info = {.id = "missing-oci-layout",
                                                    .title = "OCI layout without a valid oci-layout file",
                                                    .since = "0.1.0",
                                                    .category = Category::hygiene,
                                                    .severity = Severity::warning,
                                                    .evidence = Evidence::documented,
                                                    .profiles = kEveryProfile},
                                           .check = check};

}  // namespace ocitidy::rules
