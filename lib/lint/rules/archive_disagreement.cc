// archive-disagreement: the two tables of contents of one archive describe different images.
// Why and examples: docs/rules/archive-disagreement.md
#include <string>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const Image& source = in.image.source();
  if (source.transport != Transport::docker_archive && source.transport != Transport::oci_archive) {
    return Outcome::not_applicable("the image is not stored as an archive");
  }
  std::string platform = escape_for_terminal(in.image.config().platform.str());
  if (platform.empty()) platform = "linux/amd64";
  for (const StoreNote& note : source.notes) {
    const bool incomplete = note.kind == StoreNote::Kind::incomplete_index;
    if (!incomplete && note.kind != StoreNote::Kind::archive_disagreement) continue;
    out.add({.message = note.message,
             .fix = incomplete ? cat("export one platform only: docker save --platform ", platform,
                                     " NAME; or copy the image with skopeo")
                               : "write the archive anew with one tool: docker save, or skopeo copy",
             .where = {in_document(incomplete ? "index.json" : "manifest.json")},
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule archive_disagreement = {.info = {.id = "archive-disagreement",
                                                      .title = "index.json and manifest.json of an archive disagree",
                                                      .since = "0.1.0",
                                                      .category = Category::deploy,
                                                      .severity = Severity::warning,
                                                      .evidence = Evidence::inferred,
                                                      .profiles = kEveryProfile},
                                             .check = check};

}  // namespace ocitidy::rules
