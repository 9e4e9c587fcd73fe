// malformed-whiteout: whiteouts that engines read differently.
// Why and examples: docs/rules/malformed-whiteout.md
#include "lint/member_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Fault {
  Oddity oddity;
  MemberStory story;
};
constexpr Fault kFaults[] = {
    {Oddity::bad_whiteout_name,
     {.is = "begins with '.wh.' and names nothing that could be hidden",
      .are = "begin with '.wh.' and name nothing that could be hidden",
      .why = "some engines refuse the layer, some unpack it as a file",
      .fix = "leave it out; only engines write names that begin with '.wh.'"}},
    {Oddity::whiteout_with_content,
     {.is = "is hidden by a whiteout that is no empty regular file",
      .are = "are hidden by whiteouts that are no empty regular files",
      .why = "the image-spec's whiteouts are empty files (layer.md#whiteouts), and engines differ on others",
      .fix = "write whiteouts as empty regular files"}},
    {Oddity::below_whiteout,
     {.is = "lies below a member whose name begins with '.wh.'",
      .are = "lie below members whose names begin with '.wh.'",
      .why = "what begins with '.wh.' is a whiteout, not a directory (layer.md#whiteouts), so no engine has to show it",
      .fix = "rename the directory"}},
    {Oddity::aufs_metadata,
     {.is = "is bookkeeping of aufs",
      .are = "are bookkeeping of aufs",
      .why = "engines pass over it, and so does ocitidy",
      .fix = "write the layer anew with a current tool",
      .severity = Severity::info}},
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  for (const Fault& fault : kFaults) {
    report_members(in.image, [&](const Entry& entry) { return has(entry.oddities, fault.oddity); }, fault.story, out);
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule malformed_whiteout = {.info = {.id = "malformed-whiteout",
                                                    .title = "Whiteout that engines read differently",
                                                    .since = "0.1.0",
                                                    .category = Category::oci,
                                                    .severity = Severity::warning,
                                                    .evidence = Evidence::inferred,
                                                    .profiles = kEveryProfile},
                                           .check = check};

}  // namespace ocitidy::rules
