// missing-diff-ids: the config does not say which plain tars its layers are.
// Why and examples: docs/rules/missing-diff-ids.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no layers");
  const std::size_t layers = in.image.layers().size();
  // A number other than that of the layers is refused before any rule runs.
  if (layers == 0 || !in.image.config().diff_ids.empty()) return Outcome::checked();
  out.add(
      {.message = cat("the config names no DiffID for ", counted(layers, "layer", "layers"),
                      ": engines that check them refuse the image, and Lambda's unpacker is not known to do without"),
       .fix = "build the image anew with a tool that writes rootfs.diff_ids: docker buildx, buildah or crane",
       .where = {in_document("/rootfs/diff_ids")},
       .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_diff_ids = {.info = {.id = "missing-diff-ids",
                                                  .title = "Config without DiffIDs for its layers",
                                                  .since = "0.1.0",
                                                  .category = Category::deploy,
                                                  .severity = Severity::error,
                                                  .evidence = Evidence::inferred,
                                                  .profiles = kEveryProfile},
                                         .check = check};

}  // namespace ocitidy::rules
