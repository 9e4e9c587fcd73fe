// nonconforming-layout: names in index.json that break rules of the image-spec.
// Why and examples: docs/rules/nonconforming-layout.md
#include "lint/document_findings.h"
#include "lint/rules/rules.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.source().index_json.empty()) {
    return Outcome::not_applicable("the image is not stored as an OCI layout");
  }
  report_violations(check_reference_names(in.image.source().index_json, in.options.limits), "index.json",
                    in.options.profile, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule nonconforming_layout = {.info = {.id = "nonconforming-layout",
                                                      .title = "Names in index.json that break the image-spec",
                                                      .since = "0.1.0",
                                                      .category = Category::oci,
                                                      .severity = Severity::warning,
                                                      .evidence = Evidence::documented,
                                                      .profiles = kEveryProfile},
                                             .check = check};

}  // namespace ocitidy::rules
