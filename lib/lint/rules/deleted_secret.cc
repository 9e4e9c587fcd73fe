// deleted-secret: credentials in files that a later layer deletes or replaces, and that still ship.
// Why and examples: docs/rules/deleted-secret.md
#include <set>
#include <utility>

#include "base/text.h"
#include "formats/secret_file.h"
#include "lint/rules/rules.h"
#include "lint/secret_files.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// A copy whose replacement holds a credential too, at the same path: that one is told, by this rule or by secret-file.
bool is_told_already(const ImageModel& image, const SecretFile& file, const std::set<EntryId>& holders) {
  return holders.contains(*file.hidden_by) && image.entry(*file.hidden_by).path == image.entry(file.id).path;
}

std::string_view fate(const ImageModel& image, const SecretFile& file) {
  const EntryType type = image.entry(*file.hidden_by).type;
  return type == EntryType::whiteout || type == EntryType::opaque ? "deleted" : "replaced";
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const std::vector<SecretFile> files = secret_files(in.image);
  std::set<EntryId> holders;
  for (const SecretFile& file : files) holders.insert(file.id);
  std::vector<Finding> findings;
  for (const SecretFile& file : files) {
    if (!file.hidden_by || is_told_already(in.image, file, holders)) continue;
    const std::string_view path = in.image.entry(file.id).path;
    const bool doubtful = !file.doubt.empty();
    findings.push_back(
        {.message = cat(seen_path(path), " is ", fate(in.image, file), " in layer ", file.hidden_by->layer,
                        ", but layer ", file.id.layer, " still ships it with ", named(file.secret),
                        doubtful ? "; " : "", doubtful ? file.doubt : "; everybody who can pull the image can read it"),
         .fix = "RUN --mount=type=secret in place of COPY and RUN rm, or a build stage of its own; then change the "
                "credential: it is known",
         .where = {in_layer(file.id.layer, path),
                   in_layer(file.hidden_by->layer, in.image.entry(*file.hidden_by).path)},
         .severity = doubtful ? std::optional(Severity::info) : std::nullopt});
  }
  add_bounded(std::move(findings), out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule deleted_secret = {.info = {.id = "deleted-secret",
                                                .title = "Credential in a file that a later layer hides",
                                                .since = "0.1.0",
                                                .category = Category::hygiene,
                                                .severity = Severity::warning,
                                                .evidence = Evidence::documented,
                                                .profiles = kLambdaAndGeneric,
                                                .reads = kSecretFiles,
                                                .fixed_by = "drop-hidden"},
                                       .check = check};

}  // namespace ocitidy::rules
