// trailing-bytes: bytes behind the end of a layer that no engine unpacks.
// Why and examples: docs/rules/trailing-bytes.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  for (std::uint32_t i = 0; i < in.image.layers().size(); ++i) {
    const Layer& layer = in.image.layers()[i];
    if (layer.trailing_bytes == 0) continue;
    out.add({.message = cat("layer ", i, " has ", counted(layer.trailing_bytes, "byte", "bytes"),
                            " behind the end of its tar or of its compressed stream: some readers unpack them, others "
                            "stop before them"),
             .fix = "write the layer anew; archives are joined with tar --concatenate, not with cat",
             .where = {in_layer(i)},
             .wasted_bytes = layer.trailing_bytes,
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule trailing_bytes = {.info = {.id = "trailing-bytes",
                                                .title = "Bytes behind the end of a layer",
                                                .since = "0.1.0",
                                                .category = Category::oci,
                                                .severity = Severity::warning,
                                                .evidence = Evidence::inferred,
                                                .profiles = kEveryProfile},
                                       .check = check};

}  // namespace ocitidy::rules
