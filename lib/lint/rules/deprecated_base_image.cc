// deprecated-base-image: a base image of AWS's that gets no updates any more, or soon will not.
// Why and examples: docs/rules/deprecated-base-image.md
#include "base/text.h"
#include "lambda/base_images.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::int64_t kDay_s = 24 * 60 * 60, kNotice_s = 180 * kDay_s;

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (!in.options.now_s) return Outcome::not_applicable("no day is given to judge by (--today)");
  const auto found = lambda::find_base(in.image);
  if (!found) return Outcome::not_applicable("not an AWS base image for Lambda: there is no /lambda-entrypoint.sh");
  if (found->runtime.empty()) return Outcome::not_applicable("an AWS base image, but its files do not tell which");
  const lambda::BaseImage* known = lambda::find_base_image(found->runtime);
  if (known == nullptr) {
    return Outcome::not_applicable(cat("the base image is that of ", quote(found->runtime),
                                       ", which is not in the table of ", day_text(lambda::kBaseImagesReadOn)));
  }
  const std::int64_t left_s = known->deprecated_s - *in.options.now_s;
  if (left_s > kNotice_s) return Outcome::checked();
  const bool is_over = left_s <= 0;
  const lambda::BaseImage* next = lambda::find_base_image(known->move_to);
  const std::string told_by = found->is_variable ? cat("ENV ", found->told_by) : seen_path(found->told_by);
  out.add({.message = cat("the base image is that of ", known->runtime, " (by ", told_by, "), which ",
                          is_over ? "gets no updates since " : "gets no updates from ", day_text(known->deprecated_s),
                          is_over ? " on"
                                  : cat(" on, in ", counted(static_cast<std::uint64_t>((left_s + kDay_s - 1) / kDay_s),
                                                            "day", "days")),
                          ". The function goes on, but holes in what the image holds stay open (dates as of ",
                          day_text(lambda::kBaseImagesReadOn), "; AWS moves them)"),
           .fix = cat("build FROM the base image of ", known->move_to,
                      next == nullptr ? "" : cat(", which gets updates until ", day_text(next->deprecated_s))),
           // No layer: who builds on a base can choose another, so the finding is not one to inherit.
           .where = {found->is_variable ? in_document("/config/Env") : in_tree(found->told_by)},
           .severity = is_over ? Severity::warning : Severity::info});
  return Outcome::checked();
}

}  // namespace

constinit const Rule deprecated_base_image = {.info = {.id = "deprecated-base-image",
                                                       .title = "AWS base image that gets no more updates",
                                                       .since = "0.1.0",
                                                       .category = Category::hygiene,
                                                       .severity = Severity::warning,
                                                       .evidence = Evidence::documented,
                                                       .reads = lambda::kBaseImageHeads},
                                              .check = check};

}  // namespace ocitidy::rules
