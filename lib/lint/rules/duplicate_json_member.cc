// duplicate-json-member: members of one object that some readers take for one.
// Why and examples: docs/rules/duplicate-json-member.md
#include <vector>

#include "lint/document_findings.h"
#include "lint/rules/rules.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  for_each_document(in, [&](std::string_view document, std::vector<Violation> violations) {
    std::erase_if(violations,
                  [](const Violation& violation) { return violation.kind != Violation::Kind::repeated_member; });
    // Two readers, two images: whatever RFC 8259 calls it, that is no trifle.
    report_violations(violations, document, in.options.profile, out,
                      severity_of(Requirement::must, in.options.profile));
  });
  return Outcome::checked();
}

}  // namespace

constinit const Rule duplicate_json_member = {.info = {.id = "duplicate-json-member",
                                                       .title = "JSON members that some readers take for one",
                                                       .since = "0.1.0",
                                                       .category = Category::oci,
                                                       .severity = Severity::warning,
                                                       .evidence = Evidence::documented,
                                                       .profiles = kEveryProfile},
                                              .check = check};

}  // namespace ocitidy::rules
