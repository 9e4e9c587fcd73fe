// undecodable-name: member names that are not UTF-8.
// Why and examples: docs/rules/undecodable-name.md
#include "base/text.h"
#include "lint/member_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// Nearly all names are; the long way is for the others.
bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

bool is_undecodable(std::string_view text) { return !is_ascii(text) && !is_utf8(text); }

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  report_members(
      in.image, [](const Entry& entry) { return is_undecodable(entry.path) || is_undecodable(entry.link_target); },
      {.is = "is not UTF-8, or links to a name that is not",
       .are = "are not UTF-8, or link to names that are not",
       .why = "pax headers hold UTF-8 only, so tools that copy the layer change the name or refuse it",
       .fix = "rename the file; convmv -f latin1 -t utf8 renames many",
       .severity = in.options.profile == Profile::oci ? Severity::warning : Severity::info},
      out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule undecodable_name = {.info = {.id = "undecodable-name",
                                                  .title = "Member name that is not UTF-8",
                                                  .since = "0.1.0",
                                                  .category = Category::oci,
                                                  .severity = Severity::warning,
                                                  .evidence = Evidence::inferred,
                                                  .profiles = kEveryProfile},
                                         .check = check};

}  // namespace ocitidy::rules
