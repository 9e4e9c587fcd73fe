// unstable-layer-order: Large stable layer above one that changes more often.
// Why and examples: docs/rules/unstable-layer-order.md
#include "base/text.h"
#include "lint/layer_sums.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::uint64_t kSmallBytes = std::uint64_t{1} << 20;  // less than that is hardly what a lock file names

/// Packages of the OS or an interpreter, and much of it: what changes with its own releases only.
bool is_stable(const LayerSum& sum) {
  return (sum.has_package_database || sum.has_interpreter) && sum.system_bytes > kLargeLayerBytes;
}

/// Code changes with every build, dependencies with the lock file. A layer that also installs packages of the OS may
/// have its modules from there.
bool changes_often(const LayerSum& sum) {
  return sum.is_code() || (sum.dependency_bytes > kSmallBytes && !sum.has_package_database && !sum.has_interpreter);
}

bool is_told_elsewhere(const LayerSum& upper, const LayerSum& lower) {  // by application-before-dependencies
  return lower.is_code() && upper.dependency_bytes + upper.installer_bytes > kLargeLayerBytes;
}

void report(const ImageModel& image, const LayerPair& pair, FindingSink& out) {
  const auto& [upper, lower, stable, changing] = pair;
  const std::string_view by = image.layers()[upper].created_by;
  const std::string what = changing.is_code() ? cat("code (", human_bytes(changing.code_bytes), "), such as ",
                                                    listed(changing.code, LayerSums::kShown))
                                              : cat(human_bytes(changing.dependency_bytes), " of dependencies");
  out.add({.message = cat("layer ", upper, by.empty() ? "" : cat(" (", quote(by.substr(0, 60)), ")"), " holds ",
                          human_bytes(stable.system_bytes), " of ",
                          stable.has_package_database ? "packages of the OS" : "an interpreter",
                          ", and stands above layer ", lower, " with ", what,
                          ", which changes more often: each such change builds the layer anew, with the packages of "
                          "that day, and makes ",
                          estimated_chunks(stable.system_bytes), " new to Lambda"),
           .fix = cat("move the step that makes layer ", upper, " in front of the one that makes layer ", lower),
           .where = {in_layer(upper), in_layer(lower)},
           .severity = {}});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (in.base.count + 1 >= in.image.layers().size()) {
    return Outcome::not_applicable("fewer than two layers above the base");
  }
  const auto stays = [](const LayerSum& upper, const LayerSum& lower) {
    return is_stable(upper) && !is_told_elsewhere(upper, lower);
  };
  for (const LayerPair& pair : misordered_layers(in, changes_often, stays)) report(in.image, pair, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule unstable_layer_order = {.info = {.id = "unstable-layer-order",
                                                      .title = "Large stable layer above one that changes more often",
                                                      .since = "0.1.0",
                                                      .category = Category::size,
                                                      .severity = Severity::info,
                                                      .evidence = Evidence::inferred,
                                                      .profiles = kLambdaAndGeneric},
                                             .check = check};

}  // namespace ocitidy::rules
