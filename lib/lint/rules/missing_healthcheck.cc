// missing-healthcheck: the image does not say how to tell that its process works.
// Why and examples: docs/rules/missing-healthcheck.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: nothing runs");
  // HEALTHCHECK NONE says that somebody thought about it.
  if (!in.image.config().healthcheck.empty()) return Outcome::checked();
  out.add(
      {.message =
           "no HEALTHCHECK is set: Docker and Swarm take the container for healthy as long as its process lives. "
           "Kubernetes and Lambda do not look at it",
       .fix =
           "HEALTHCHECK CMD [\"/app\", \"--health\"], or HEALTHCHECK NONE where another system probes it; podman keeps "
           "it with --format docker only",
       .where = {in_document("/config/Healthcheck")},
       .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_healthcheck = {.info = {.id = "missing-healthcheck",
                                                     .title = "Image without HEALTHCHECK",
                                                     .since = "0.1.0",
                                                     .category = Category::hygiene,
                                                     .severity = Severity::info,
                                                     .evidence = Evidence::documented,
                                                     .profiles = kGenericOnly},
                                            .check = check};

}  // namespace ocitidy::rules
