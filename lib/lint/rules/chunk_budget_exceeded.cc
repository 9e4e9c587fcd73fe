// chunk-budget-exceeded: More new chunks than the budget allows.
// Why and examples: docs/rules/chunk-budget-exceeded.md
#include <algorithm>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"
#include "ocitidy/coldstart.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kShownLayers = 3;

/// The layers that brought most of them, the worst first.
std::vector<std::uint32_t> worst_layers(const ColdStartReport& report) {
  std::vector<std::uint32_t> worst;
  for (std::uint32_t i = 0; i < report.layers.size(); ++i) {
    if (report.layers[i].new_chunks.value_or(0) > 0) worst.push_back(i);
  }
  std::ranges::stable_sort(worst, std::greater<>(),
                           [&](std::uint32_t layer) { return *report.layers[layer].new_chunks; });
  worst.resize(std::min(worst.size(), kShownLayers));
  return worst;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (in.cold_start == nullptr) return Outcome::not_applicable("no budget was given (--budget-new-chunks)");
  const ColdStartReport& report = *in.cold_start;
  if (!report.exceeds_budget()) return Outcome::checked();
  std::vector<std::string> layers;
  std::vector<Location> where;
  for (const std::uint32_t layer : worst_layers(report)) {
    layers.push_back(cat(*report.layers[layer].new_chunks, " hold files of layer ", layer));
    where.push_back(in_layer(layer));
  }
  if (where.empty()) where.push_back(in_layer(0));
  std::vector<std::string> others;
  for (const KnownImage& other : report.against) others.push_back(quote(other.reference));
  if (report.base_chunks) others.push_back(cat("the base (", counted(report.base.count, "layer", "layers"), ")"));
  out.add({.message = cat(*report.new_chunks, " of the image's ", report.chunks, " chunks of 512 KiB are in none of ",
                          listed(others, 3), " (an estimate), and the budget is ", *report.budget_chunks,
                          layers.empty() ? "" : cat(": ", listed(layers, kShownLayers))),
           .fix = "see what is new: ocitidy coldstart with the same --against; keep the base's layers, keep stable "
                  "layers below those that change, or raise --budget-new-chunks",
           .where = std::move(where),
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule chunk_budget_exceeded = {.info = {.id = "chunk-budget-exceeded",
                                                       .title = "More new chunks than the budget allows",
                                                       .since = "0.1.0",
                                                       .category = Category::startup,
                                                       .severity = Severity::error,
                                                       .evidence = Evidence::inferred,
                                                       .profiles = kLambdaAndGeneric},
                                              .check = check};

}  // namespace ocitidy::rules
