// duplicate-member: a path that stands in one layer twice.
// Why and examples: docs/rules/duplicate-member.md
#include "lint/document_findings.h"
#include "lint/member_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  report_members(
      in.image, [](const Entry& entry) { return has(entry.oddities, Oddity::duplicate_member); },
      {.is = "stands in its layer more than once",
       .are = "stand in it more than once",
       .why = "the last one counts for most engines, some refuse the layer; the image-spec says MUST NOT "
              "(layer.md#distributable-format)",
       .fix = "write each path once; ocitidy optimize --passes drop-duplicate-members keeps the one that counts",
       .severity = severity_of(Requirement::must, in.options.profile)},
      out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule duplicate_member = {.info = {.id = "duplicate-member",
                                                  .title = "Path that stands in one layer twice",
                                                  .since = "0.1.0",
                                                  .category = Category::oci,
                                                  .severity = Severity::warning,
                                                  .evidence = Evidence::documented,
                                                  .profiles = kEveryProfile,
                                                  .fixed_by = "drop-duplicate-members"},
                                         .check = check};

}  // namespace ocitidy::rules
