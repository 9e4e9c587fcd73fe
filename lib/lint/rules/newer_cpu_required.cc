// newer-cpu-required: Code for a newer processor than Lambda promises.
// Why and examples: docs/rules/newer-cpu-required.md
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "formats/elf.h"
#include "lambda/loader.h"
#include "lambda/native_modules.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::NativeModule;

constexpr auto kReads = lambda::kLoaderReads;
constexpr std::uint32_t kV3 = 1 << 2, kV4 = 1 << 3;  // GNU_PROPERTY_X86_ISA_1_V3, _V4
constexpr std::string_view kFix =
    "build for x86-64-v2: gcc and clang -march=x86-64-v2, Go GOAMD64=v2, Rust -C target-cpu=x86-64-v2, GraalVM "
    "-march=compatibility; never -march=native";

/// "x86-64-v4 (AVX-512)"; "" for what every host has.
std::string_view level_of(const ElfFacts& facts) {
  if ((facts.x86_isa_needed & kV4) != 0) return "x86-64-v4 (AVX-512)";
  return (facts.x86_isa_needed & kV3) != 0 ? "x86-64-v3 (AVX2, BMI, FMA)" : "";
}

std::string message(const std::string& who, std::string_view level) {
  return cat(who, " says that it needs ", level, ", which not every host of Lambda has: ",
             "there the loader refuses it, or it ends with an illegal instruction");
}

void check_programs(const ImageModel& image, std::set<NodeId>& seen, FindingSink& out) {
  for (const lambda::Process& process : lambda::started_processes(image)) {
    for (std::size_t i = 0; i < process.objects.size(); ++i) {
      const lambda::LoadedObject& object = process.objects[i];
      const std::string_view level = object.facts ? level_of(*object.facts) : "";
      if (level.empty() || seen.size() >= kMostModuleFindings || !seen.insert(object.file).second) continue;
      // glibc compares before it starts anything; musl does not, and the code may look before it leaps.
      const bool refused = (object.facts->x86_isa_needed & kV4) != 0 && process.libc == lambda::Libc::glibc;
      out.add({.message = message(with_chain(image, process, i), level),
               .fix = std::string(kFix),
               .where = {at_node(image, object.file)},
               .severity = refused ? std::optional(Severity::error) : std::nullopt});
    }
  }
  for (const lambda::Program& program : lambda::started_programs(image)) {
    const auto made_by = program.file ? image.node(*program.file).made_by : std::nullopt;
    const ElfFacts* facts = made_by ? image.elf(*made_by) : nullptr;
    const std::string_view level = facts ? level_of(*facts) : "";
    if (level.empty() || !seen.insert(*program.file).second) continue;
    out.add({.message = message(seen_path(image.path(*program.file)), level),
             .fix = std::string(kFix),
             .where = {at_node(image, *program.file)},
             .severity = {}});
  }
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (lambda::expected_machine(image) != kElfX86_64)
    return Outcome::not_applicable("levels are marked in programs for x86-64 only");
  std::set<NodeId> seen;
  check_programs(image, seen, out);
  const std::vector<NativeModule> modules = lambda::native_modules(image);
  for (const std::uint32_t bit : {kV4, kV3}) {
    std::vector<const NativeModule*> list;
    for (const NativeModule& module : modules) {
      // Directories of glibc-hwcaps are looked into on hosts that have the level.
      const bool chosen = module.path.find("/glibc-hwcaps/") != std::string::npos;
      if (module.facts && !chosen && (module.facts->x86_isa_needed & bit) != 0 && seen.insert(module.node).second)
        list.push_back(&module);
    }
    if (list.empty()) continue;
    const std::string who =
        cat(counted(list.size(), "native module", "native modules"), " (", listed_modules(list), ")");
    out.add(about_modules(image, list, message(who, level_of(*list.front()->facts)), std::string(kFix)));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule newer_cpu_required = {.info = {.id = "newer-cpu-required",
                                                    .title = "Code for a newer processor than Lambda promises",
                                                    .since = "0.1.0",
                                                    .category = Category::runtime,
                                                    .severity = Severity::warning,
                                                    .evidence = Evidence::observed,
                                                    .profiles = kLambdaOnly,
                                                    .reads = kReads,
                                                    .facts = Facts::elf},
                                           .check = check};

}  // namespace ocitidy::rules
