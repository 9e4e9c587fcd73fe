// foreign-native-module: Native module for another processor or system.
// Why and examples: docs/rules/foreign-native-module.md
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/elf.h"
#include "lambda/native_modules.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::NativeModule;

constexpr auto kReads = lambda::kLoaderAndModuleReads;

/// "an ELF file for arm64", "a Mach-O file (macOS)".
std::string what_it_is(const NativeModule& module) {
  if (module.foreign_format == "Mach-O") return "Mach-O (macOS)";
  if (module.foreign_format == "PE") return "PE (Windows)";
  return cat("ELF for ", elf_machine_name(module.machine));
}

std::string fix_for(const ImageModel& image, const NativeModule& module) {
  const std::string& architecture = image.config().platform.architecture;
  const bool arm = lambda::expected_machine(image) == kElfAarch64;
  if (module.kind == NativeModule::Kind::node)
    return cat("run npm ci in a stage of the image, or npm install --os=linux --cpu=", arm ? "arm64" : "x64",
               "; keep the host's node_modules out with .dockerignore");
  if (module.kind == NativeModule::Kind::python)
    return cat("run pip install in a stage of the image, or pip install --only-binary=:all: --platform manylinux2014_",
               arm ? "aarch64" : "x86_64", " --target ...");
  return cat("take the build for linux/", escape_for_terminal(architecture));
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const std::uint16_t machine = lambda::expected_machine(image);
  if (machine == 0) return Outcome::not_applicable("the config names no architecture that Lambda runs");
  const std::vector<NativeModule> modules = lambda::native_modules(image);
  if (modules.empty()) return Outcome::not_applicable("the function has no native modules");
  // Packages that bring a build for every platform are fine when one of the builds fits.
  std::set<std::string> fitting;
  for (const NativeModule& module : modules)
    if (module.machine == machine) fitting.insert(lambda::without_platform(module.path));
  std::set<NodeId> started;
  for (const lambda::Program& program : lambda::started_programs(image))
    if (program.file) started.insert(*program.file);
  std::map<std::pair<NativeModule::Kind, std::string>, std::vector<const NativeModule*>> foreign;
  for (const NativeModule& module : modules) {
    if (module.machine == machine || started.contains(module.node)) continue;
    if (fitting.contains(lambda::without_platform(module.path))) continue;
    foreign[{module.kind, what_it_is(module)}].push_back(&module);
  }
  for (const auto& [what, list] : foreign) {
    std::optional<Severity> severity;
    for (const NativeModule* module : list)
      if (lambda::is_started_client(image, *module)) severity = Severity::error;
    out.add(about_modules(
        image, list,
        cat(counted(list.size(), "native module is ", "native modules are "), what.second, ", but the config says ",
            escape_for_terminal(image.config().platform.architecture), "; no build that fits is beside ",
            list.size() == 1 ? "it: " : "them: ", listed_modules(list)),
        fix_for(image, *list.front()), severity));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule foreign_native_module = {.info = {.id = "foreign-native-module",
                                                       .title = "Native module for another processor or system",
                                                       .since = "0.1.0",
                                                       .category = Category::runtime,
                                                       .severity = Severity::warning,
                                                       .evidence = Evidence::observed,
                                                       .profiles = kLambdaAndGeneric,
                                                       .reads = kReads,
                                                       .facts = Facts::elf},
                                              .check = check};

}  // namespace ocitidy::rules
