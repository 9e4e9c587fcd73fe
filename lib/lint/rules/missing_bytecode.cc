// missing-bytecode: modules that Python compiles anew in every cold start, since it finds no bytecode.
// Why and examples: docs/rules/missing-bytecode.md

#include "base/text.h"
#include "lambda/bytecode.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::ImportRoot;
using lambda::ModuleTally;

// So few take no time that anybody notices: the least is some 35 ms.
constexpr std::uint64_t kFewModules = 50, kFewBytes = 256 << 10;

/// What in the config keeps bytecode out.
std::string cause(const ImageModel& image) {
  const auto set = [&image](std::string_view name) { return !env_value(image.config(), name).value_or("").empty(); };
  if (set("PYTHONPYCACHEPREFIX")) return "; ENV PYTHONPYCACHEPREFIX makes Python look elsewhere than in __pycache__";
  if (set("PYTHONDONTWRITEBYTECODE")) return "; ENV PYTHONDONTWRITEBYTECODE kept the build from writing any";
  return "";
}

void report(const LintInput& in, unsigned minor, const ImportRoot& root, const ModuleTally& tally, FindingSink& out) {
  const std::uint64_t ms = lambda::compile_ms(tally.missing_bytes);
  const bool grave = lambda::is_much(root, tally, tally.missing, tally.missing_bytes);
  const Node first = in.image.node(*tally.first_missing);
  out.add({.message = cat(tally.missing, " of ", tally.modules, " modules below ", seen_path(root.path), " (",
                          human_bytes(tally.missing_bytes), " of source) have no bytecode for Python 3.", minor,
                          ": every cold start compiles those that it imports, about ", ms / 1000, ".", ms / 100 % 10,
                          " s for all of them; the first is ", seen_path(in.image.path(*tally.first_missing)),
                          cause(in.image)),
           .fix = cat("after the last step that changes them: RUN python3.", minor,
                      " -m compileall -q --invalidation-mode unchecked-hash ", seen_path(root.path),
                      "; for uv also ENV UV_COMPILE_BYTECODE=1"),
           .where = {in_layer(first.layer, root.path)},
           .severity = grave ? Severity::warning : Severity::info});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const auto survey = lambda::survey_bytecode(in.image);
  if (!survey) return Outcome::not_applicable("the function is not seen to run on Python 3");
  if (has_unread_layer(in.image)) return Outcome::not_applicable("a layer cannot be read, and may hold bytecode");
  for (const ImportRoot& root : survey->roots) {
    for (const auto& [layer, tally] : root.layers) {
      if (tally.missing < kFewModules && tally.missing_bytes < kFewBytes) continue;
      report(in, survey->minor, root, tally, out);
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_bytecode = {.info = {.id = "missing-bytecode",
                                                  .title = "Python modules without bytecode",
                                                  .since = "0.1.0",
                                                  .category = Category::startup,
                                                  .severity = Severity::warning,
                                                  .evidence = Evidence::observed,
                                                  .reads = lambda::kBytecodeReads},
                                         .check = check};

}  // namespace ocitidy::rules
