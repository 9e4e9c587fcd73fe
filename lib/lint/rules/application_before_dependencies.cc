// application-before-dependencies: a large layer of dependencies that stands above the code, which changes more often.
// Why and examples: docs/rules/application-before-dependencies.md
#include "base/text.h"
#include "lint/layer_sums.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

void report(const ImageModel& image, const LayerPair& pair, FindingSink& out) {
  const auto& [upper, lower, sum, code] = pair;
  const std::uint64_t dependency_bytes = sum.dependency_bytes + sum.installer_bytes;
  const std::string_view by = image.layers()[upper].created_by;
  out.add({.message = cat("layer ", upper, by.empty() ? "" : cat(" (", quote(by.substr(0, 60)), ")"), " holds ",
                          human_bytes(dependency_bytes), " of dependencies, and stands above layer ", lower, " with ",
                          counted(code.code_files, "file", "files"), " of code (", human_bytes(code.code_bytes),
                          "), such as ", listed(code.code, LayerSums::kShown),
                          ": each edit of the code builds and pushes the ", human_bytes(dependency_bytes),
                          " again, and makes ", estimated_chunks(dependency_bytes), " new to Lambda"),
           .fix = "COPY the lock file alone and install from it, then COPY the code",
           .where = {in_layer(upper), in_layer(lower)},
           .severity = {}});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (in.base.count + 1 >= in.image.layers().size()) {
    return Outcome::not_applicable("fewer than two layers above the base");
  }
  const auto stays = [](const LayerSum& upper, const LayerSum&) {
    return upper.dependency_bytes + upper.installer_bytes > kLargeLayerBytes;
  };
  for (const LayerPair& pair : misordered_layers(in, &LayerSum::is_code, stays)) report(in.image, pair, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule application_before_dependencies = {.info = {.id = "application-before-dependencies",
                                                                 .title = "Code in a layer below its dependencies",
                                                                 .since = "0.1.0",
                                                                 .category = Category::size,
                                                                 .severity = Severity::info,
                                                                 .evidence = Evidence::documented,
                                                                 .profiles = kLambdaAndGeneric},
                                                        .check = check};

}  // namespace ocitidy::rules
