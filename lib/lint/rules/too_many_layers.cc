// too-many-layers: more layers than registries, Docker or a quick pull take.
// Why and examples: docs/rules/too-many-layers.md
#include <array>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Step {
  std::size_t above;  ///< layers
  Severity severity;
  std::string_view what;
};
/// Sources: nuonco/nuon#2348, spinframework/spin#1787, openai/tart#890 for the registry (measured, not documented);
/// moby layer/layer_store.go, maxLayerDepth, for Docker. The last is a matter of taste.
constexpr std::array kSteps = {
    Step{500, Severity::error,
         "Lambda's registry refuses more than 500 with 'Limit on number of layers per image exceeded' (measured, not "
         "documented), and Docker more than 127"},
    Step{127, Severity::warning, "Docker stores no more than 127, so the image cannot be pulled there or built upon"},
    Step{
        40, Severity::info,
        "each costs a request at push and pull, and Lambda unpacks them one after the other when the function is made"},
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image");
  const std::size_t layers = in.image.manifest().layers.size();
  for (const Step& step : kSteps) {
    if (layers <= step.above) continue;
    out.add({.message = cat("the image has ", layers, " layers: ", step.what),
             .fix = "join RUN and COPY steps, or run 'ocitidy optimize --max-layers 40'; both leave the base as it is",
             .where = {in_document("manifest#/layers")},
             .severity = step.severity});
    break;
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule too_many_layers = {.info = {.id = "too-many-layers",
                                                 .title = "Image of very many layers",
                                                 .since = "0.1.0",
                                                 .category = Category::deploy,
                                                 .severity = Severity::warning,
                                                 .evidence = Evidence::observed,
                                                 .profiles = kLambdaAndGeneric,
                                                 .fixed_by = "merge-layers"},
                                        .check = check};

}  // namespace ocitidy::rules
