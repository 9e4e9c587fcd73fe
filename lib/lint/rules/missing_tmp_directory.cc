// missing-tmp-directory: no /tmp for Lambda to mount its volume on.
// Why and examples: docs/rules/missing-tmp-directory.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and /tmp may lie there");
  const auto node = image.find("tmp");
  const bool is_directory = node && image.node(*node).type == EntryType::directory;
  if (is_directory) return Outcome::checked();
  const std::string what = !node ? "the image has no directory '/tmp'"
                                 : cat("'/tmp' is no directory but a ", entry_type_name(image.node(*node).type));
  out.add(
      {.message = cat(what,
                      ". Lambda mounts its only writable volume there; whether it makes the mount point "
                      "itself is not documented"),
       .fix = "in a build stage: RUN mkdir -m 1777 /newtmp, then COPY --from=build /newtmp /tmp; or WORKDIR /tmp ahead "
              "of the last WORKDIR",
       .where = {node ? at_node(image, *node) : in_tree("tmp")},
       .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_tmp_directory = {.info = {.id = "missing-tmp-directory",
                                                       .title = "No /tmp directory to mount the writable volume on",
                                                       .since = "0.1.0",
                                                       .category = Category::runtime,
                                                       .severity = Severity::info,
                                                       .evidence = Evidence::inferred},
                                              .check = check};

}  // namespace ocitidy::rules
