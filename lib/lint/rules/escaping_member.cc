// escaping-member: members whose names climb with "..", or begin at the root.
// Why and examples: docs/rules/escaping-member.md
#include "lint/member_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  report_members(
      in.image, [](const Entry& entry) { return has(entry.oddities, Oddity::dot_dot_name); },
      {.is = "is written with '..' in its name",
       .are = "are written with '..' in their names",
       .why = "engines that fear for the host refuse the layer, others put the member somewhere else",
       .fix = "write the layer from inside the root folder: tar -C ROOT -cf layer.tar ."},
      out);
  report_members(
      in.image,
      [](const Entry& entry) {
        return has(entry.oddities, Oddity::absolute_name) && !has(entry.oddities, Oddity::dot_dot_name);
      },
      {.is = "is written with an absolute name",
       .are = "are written with absolute names",
       .why = "engines drop the leading '/', the image-spec's layers have relative names",
       .fix = "write the layer from inside the root folder: tar -C ROOT -cf layer.tar .",
       .severity = Severity::info},
      out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule escaping_member = {.info = {.id = "escaping-member",
                                                 .title = "Member named with .. or an absolute path",
                                                 .since = "0.1.0",
                                                 .category = Category::oci,
                                                 .severity = Severity::warning,
                                                 .evidence = Evidence::inferred,
                                                 .profiles = kEveryProfile},
                                        .check = check};

}  // namespace ocitidy::rules
