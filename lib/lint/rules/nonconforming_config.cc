// nonconforming-config: the image config breaks rules of the image-spec.
// Why and examples: docs/rules/nonconforming-config.md
#include <vector>

#include "lint/document_findings.h"
#include "lint/rules/rules.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no config");
  auto violations = check_config(in.image.config().raw, in.options.limits);
  const bool lacks_diff_ids = in.image.config().diff_ids.empty() && !in.image.layers().empty();
  std::erase_if(violations, [&](const Violation& violation) {
    const bool about_diff_ids = violation.pointer == "/rootfs" || violation.pointer == "/rootfs/diff_ids";
    return violation.kind == Violation::Kind::repeated_member ||
           (lacks_diff_ids && about_diff_ids);  // missing-diff-ids tells of those
  });
  report_violations(violations, "", in.options.profile, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule nonconforming_config = {.info = {.id = "nonconforming-config",
                                                      .title = "Config that breaks the image-spec",
                                                      .since = "0.1.0",
                                                      .category = Category::oci,
                                                      .severity = Severity::warning,
                                                      .evidence = Evidence::documented,
                                                      .profiles = kEveryProfile},
                                             .check = check};

}  // namespace ocitidy::rules
