// secret-file: private keys and credentials in files that the function, and whoever pulls the image, can read.
// Why and examples: docs/rules/secret-file.md
#include <utility>

#include "base/text.h"
#include "formats/secret_file.h"
#include "lint/rules/rules.h"
#include "lint/secret_files.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  std::vector<Finding> findings;
  for (const SecretFile& file : secret_files(in.image)) {
    if (file.hidden_by) continue;
    const std::string_view path = in.image.entry(file.id).path;
    const bool doubtful = !file.doubt.empty();
    findings.push_back(
        {.message = cat(seen_path(path), " holds ", named(file.secret), doubtful ? "; " : "",
                        doubtful ? file.doubt : "; everybody who can pull the image can read it"),
         .fix = doubtful ? "leave it out of the image if nothing needs it"
                         : "leave it out (.dockerignore, RUN --mount=type=secret) and read it from AWS Secrets Manager "
                           "at start; then change the credential: it is known",
         .where = {in_layer(file.id.layer, path)},
         .severity = doubtful ? std::optional(Severity::info) : std::nullopt});
  }
  add_bounded(std::move(findings), out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule secret_file = {.info = {.id = "secret-file",
                                             .title = "File with a credential in it",
                                             .since = "0.1.0",
                                             .category = Category::hygiene,
                                             .severity = Severity::warning,
                                             .evidence = Evidence::documented,
                                             .profiles = kLambdaAndGeneric,
                                             .reads = kSecretFiles},
                                    .check = check};

}  // namespace ocitidy::rules
