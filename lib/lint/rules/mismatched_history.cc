// mismatched-history: the history tells of another number of layers than there are.
// Why and examples: docs/rules/mismatched-history.md
#include <algorithm>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no history");
  const auto& history = in.image.config().history;
  if (history.empty()) return Outcome::not_applicable("the config has no history");
  const auto steps = static_cast<std::uint64_t>(std::ranges::count(history, false, &HistoryEntry::empty_layer));
  const std::uint64_t layers = in.image.layers().size();
  if (steps == layers) return Outcome::checked();
  out.add(
      {.message = cat("the history tells of ", counted(steps, "step that made a layer", "steps that made layers"),
                      ", the image has ", counted(layers, "layer", "layers"),
                      ": tools that pair them name the wrong command, or refuse the image"),
       .fix = "write one history entry for each layer, and \"empty_layer\": true into all others; or leave history out",
       .where = {in_document("/history")},
       .severity = in.options.profile == Profile::oci ? Severity::warning : Severity::info});
  return Outcome::checked();
}

}  // namespace

constinit const Rule mismatched_history = {.info = {.id = "mismatched-history",
                                                    .title = "History that does not fit the layers",
                                                    .since = "0.1.0",
                                                    .category = Category::oci,
                                                    .severity = Severity::warning,
                                                    .evidence = Evidence::inferred,
                                                    .profiles = kEveryProfile},
                                           .check = check};

}  // namespace ocitidy::rules
