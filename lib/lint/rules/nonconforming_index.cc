// nonconforming-index: an index above the manifest breaks rules of the image-spec.
// Why and examples: docs/rules/nonconforming-index.md
#include <string>
#include <vector>

#include "base/text.h"
#include "lint/document_findings.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

void judge(std::vector<Violation> violations, std::string_view document, const LintInput& in, FindingSink& out) {
  std::erase_if(violations, [](const Violation& violation) {
    return violation.kind == Violation::Kind::repeated_member;  // duplicate-json-member tells of those
  });
  report_violations(violations, document, in.options.profile, out);
}

Outcome check(const LintInput& in, FindingSink& out) {
  const auto indexes = in.image.indexes();
  const std::string& index_json = in.image.source().index_json;
  if (indexes.empty() && index_json.empty()) return Outcome::not_applicable("the image comes without an index");
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const std::string document = i == 0 ? "index" : cat("index@", indexes[i].descriptor.digest.str());
    judge(check_index(indexes[i].raw, indexes[i].descriptor.media_type, in.options.limits), document, in, out);
  }
  if (!index_json.empty()) judge(check_index(index_json, "", in.options.limits), "index.json", in, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule nonconforming_index = {.info = {.id = "nonconforming-index",
                                                     .title = "Index that breaks the image-spec",
                                                     .since = "0.1.0",
                                                     .category = Category::oci,
                                                     .severity = Severity::warning,
                                                     .evidence = Evidence::documented,
                                                     .profiles = kEveryProfile},
                                            .check = check};

}  // namespace ocitidy::rules
