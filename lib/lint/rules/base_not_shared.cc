// base-not-shared: Base image copied instead of shared.
// Why and examples: docs/rules/base-not-shared.md
#include <algorithm>

#include "base/text.h"
#include "lambda/reference_images.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

void report(const ReferenceImage& other, std::size_t layers, FindingSink& out) {
  const bool is_base = other.role == ReferenceImage::Role::base;
  std::string chunks = "how many chunks they share is not known";
  if (other.chunks && other.shared_chunks) {
    const std::uint64_t lost = *other.chunks - std::min(*other.chunks, *other.shared_chunks);
    chunks = cat("of its about ", *other.chunks, " chunks of 512 KiB, ", lost, " are not here (an estimate)");
  }
  out.add(
      {.message = cat(other.equal_files, " of the ", counted(other.files, "file", "files"), " of ",
                      is_base ? "the base " : "", quote(other.reference), " are here with the same bytes, but ",
                      is_base ? cat("the image begins with ", other.equal_layers, " of its ", other.layers, " layers")
                              : std::string("not even the first of its layers is"),
                      layers == 1 && other.layers > 1 ? ": they were squashed into one; "
                                                      : ": they were rewritten or built anew; ",
                      chunks, ", and Lambda, which may have those, must fetch and store others"),
       .fix = "build FROM the published base by its digest, and leave its layers as they are: no --squash, no "
              "--touch-base, no upgrade of all packages in it",
       .where = {in_layer(0)},
       .severity = is_base ? Severity::warning : Severity::info});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (in.references.empty() && !in.options.base_image) {
    return Outcome::not_applicable("no image to compare with was given (--base IMAGE, --against IMAGE)");
  }
  for (const ReferenceImage& other : in.references) {
    if (lambda::is_copy_of(other)) report(other, in.image.layers().size(), out);
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule base_not_shared = {.info = {.id = "base-not-shared",
                                                 .title = "Base image copied instead of shared",
                                                 .since = "0.1.0",
                                                 .category = Category::startup,
                                                 .severity = Severity::info,
                                                 .evidence = Evidence::inferred,
                                                 .profiles = kLambdaOnly},
                                        .check = check};

}  // namespace ocitidy::rules
