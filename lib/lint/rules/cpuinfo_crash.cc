// cpuinfo-crash: torch and onnxruntime versions that abort on arm64, where Lambda hides the list of processors.
// Why and examples: docs/rules/cpuinfo-crash.md
#include <array>

#include "base/text.h"
#include "lambda/packages.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Row {
  std::string_view package, fixed_in;  // "": no version is known to be free of it
  Severity severity;
  std::string_view source;
};

// pytorch/pytorch#113568, pytorch/cpuinfo#143: fixed in 2.1.2. microsoft/onnxruntime#10038, #15650: open, and reports
// end with 1.16; so newer ones are not judged, and older ones only warned of. Read 2026-09-01.
constexpr std::array kRows = {
    Row{"torch", "2.1.2", Severity::error, "torch before 2.1.2"},
    Row{"onnxruntime", "1.17", Severity::warning, "reports name onnxruntime up to 1.16"},
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (in.image.config().platform.architecture != "arm64") return Outcome::not_applicable("not an arm64 image");
  const lambda::Packages packages(in.image);
  for (const Row& row : kRows) {
    for (const lambda::Package& package : packages.all()) {
      if (package.ecosystem != lambda::Ecosystem::python || package.name != row.package) continue;
      if (package.version.empty() || lambda::compare_versions(package.version, row.fixed_in) >= 0) continue;
      out.add(
          {.message = cat(row.package, " ", escape_for_terminal(package.version), " below ", seen_path(package.root),
                          " aborts on Lambda's arm64, where /sys/devices/system/cpu cannot "
                          "be read: 'Error in cpuinfo', then 'signal: aborted' (",
                          row.source, ")"),
           .fix = cat("pip install '", row.package, ">=", row.fixed_in, "', or build the function for amd64"),
           .where = {at_node(in.image, package.node)},
           .severity = row.severity});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule cpuinfo_crash = {.info = {.id = "cpuinfo-crash",
                                               .title = "Library that aborts on Lambda arm64 for want of a CPU list",
                                               .since = "0.1.0",
                                               .category = Category::startup,
                                               .severity = Severity::error,
                                               .evidence = Evidence::observed},
                                      .check = check};

}  // namespace ocitidy::rules
