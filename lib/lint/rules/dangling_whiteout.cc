// dangling-whiteout: whiteouts that hide nothing.
// Why and examples: docs/rules/dangling-whiteout.md
#include "lint/member_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  // What an unread layer holds may be what they hide.
  if (has_unread_layer(in.image)) return Outcome::not_applicable("a layer of this image cannot be read");
  report_members(
      in.image, [](const Entry& entry) { return has(entry.oddities, Oddity::dangling_whiteout); },
      {.is = "has a whiteout that hides nothing",
       .are = "have whiteouts that hide nothing",
       .why = "it makes equal layers differ, and some unpackers stop at one below a directory that is not there",
       .fix = "ocitidy optimize --passes drop-dead-whiteouts; or do not make and delete a path in one build step",
       .severity = Severity::info},
      out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule dangling_whiteout = {.info = {.id = "dangling-whiteout",
                                                   .title = "Whiteout that hides nothing",
                                                   .since = "0.1.0",
                                                   .category = Category::oci,
                                                   .severity = Severity::info,
                                                   .evidence = Evidence::inferred,
                                                   .profiles = kEveryProfile,
                                                   .fixed_by = "drop-dead-whiteouts"},
                                          .check = check};

}  // namespace ocitidy::rules
