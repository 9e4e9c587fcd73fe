// newer-kernel-required: Code for a newer kernel than Lambda has.
// Why and examples: docs/rules/newer-kernel-required.md
#include <set>
#include <vector>

#include "base/text.h"
#include "lambda/limits.h"
#include "lambda/loader.h"
#include "lambda/native_modules.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::NativeModule;

constexpr auto kReads = lambda::kLoaderReads;

bool wants_newer_kernel(const ElfFacts* facts) {
  if (!facts) return false;
  const auto [major, minor, patch] = facts->kernel;
  return major > lambda::kKernelMajor || (major == lambda::kKernelMajor && minor > lambda::kKernelMinor);
}

std::string message(const std::string& who, const ElfFacts& facts) {
  return cat(who, " is marked for Linux ", facts.kernel[0], ".", facts.kernel[1], ".", facts.kernel[2],
             " and later; Lambda has been seen with ", lambda::kKernelMajor, ".", lambda::kKernelMinor,
             ", where glibc's loader may pass over it or end with 'kernel too old'");
}

constexpr std::string_view kFix =
    "build against an older C library or with older kernel headers (glibc: --enable-kernel=), or take the "
    "distribution's "
    "package";

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  std::set<NodeId> seen;
  const auto report = [&](NodeId file, const ElfFacts* facts, const std::string& who) {
    if (seen.size() >= kMostModuleFindings || !wants_newer_kernel(facts) || !seen.insert(file).second) return;
    out.add(
        {.message = message(who, *facts), .fix = std::string(kFix), .where = {at_node(image, file)}, .severity = {}});
  };
  for (const lambda::Process& process : lambda::started_processes(image)) {
    for (std::size_t i = 0; i < process.objects.size(); ++i)
      report(process.objects[i].file, process.objects[i].facts, with_chain(image, process, i));
  }
  for (const lambda::Program& program : lambda::started_programs(image)) {
    const auto made_by = program.file ? image.node(*program.file).made_by : std::nullopt;
    if (made_by) report(*program.file, image.elf(*made_by), seen_path(image.path(*program.file)));
  }
  for (const NativeModule& module : lambda::native_modules(image))
    if (module.machine == lambda::expected_machine(image)) report(module.node, module.facts, seen_path(module.path));
  return Outcome::checked();
}

}  // namespace

constinit const Rule newer_kernel_required = {.info = {.id = "newer-kernel-required",
                                                       .title = "Code for a newer kernel than Lambda has",
                                                       .since = "0.1.0",
                                                       .category = Category::runtime,
                                                       .severity = Severity::warning,
                                                       .evidence = Evidence::observed,
                                                       .profiles = kLambdaOnly,
                                                       .reads = kReads,
                                                       .facts = Facts::elf},
                                              .check = check};

}  // namespace ocitidy::rules
