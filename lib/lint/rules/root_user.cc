// root-user: the image's processes run as root where nobody says otherwise.
// Why and examples: docs/rules/root-user.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no user");
  const std::string& stated = in.image.config().user;
  const std::string_view user = std::string_view(stated).substr(0, stated.find(':'));
  const bool is_zero = !user.empty() && user.find_first_not_of('0') == std::string_view::npos;
  if (!user.empty() && user != "root" && !is_zero) return Outcome::checked();
  out.add({.message = cat(stated.empty() ? "no USER is set, so processes run as root"
                                         : cat("USER is ", quote(stated), ": processes run as root"),
                          ": whoever breaks into one owns all of the container, and has an easier way out of it"),
           .fix = "RUN useradd --system app, then USER app; a number (USER 10001) lets Kubernetes check runAsNonRoot",
           .where = {in_document("/config/User")},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule root_user = {.info = {.id = "root-user",
                                           .title = "Image that runs as root",
                                           .since = "0.1.0",
                                           .category = Category::hygiene,
                                           .severity = Severity::warning,
                                           .evidence = Evidence::documented,
                                           .profiles = kGenericOnly},
                                  .check = check};

}  // namespace ocitidy::rules
