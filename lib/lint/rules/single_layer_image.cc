// single-layer-image: an AWS base image and everything above it in one layer.
// Why and examples: docs/rules/single-layer-image.md
#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// The smallest base image alone is larger. Source: provided.al2023, 26 MB compressed (2026).
constexpr std::uint64_t kLargeLayerBytes = std::uint64_t{20} << 20;

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (!image.resolve(lambda::kBaseImageEntrypoint)) {
    return Outcome::not_applicable("not built on an AWS base image: there is no /lambda-entrypoint.sh");
  }
  const auto layers = image.layers();
  if (layers.size() != 1 || layers[0].tar_bytes < kLargeLayerBytes) return Outcome::checked();
  out.add(
      {.message =
           cat("an AWS base image and all that was built on it are one layer of ", human_bytes(layers[0].tar_bytes),
               ": each build pushes all of it again, and registries share nothing of it with other images on "
               "the same base"),
       .fix = "build without --squash, docker export or --single-snapshot, so that the layers of the base stay as they "
              "are",
       .where = {in_layer(0)},
       .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule single_layer_image = {.info = {.id = "single-layer-image",
                                                    .title = "AWS base image squashed into one layer",
                                                    .since = "0.1.0",
                                                    .category = Category::size,
                                                    .severity = Severity::info,
                                                    .evidence = Evidence::documented},
                                           .check = check};

}  // namespace ocitidy::rules
