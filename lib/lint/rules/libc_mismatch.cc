// libc-mismatch: Native module for another libc.
// Why and examples: docs/rules/libc-mismatch.md
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "lambda/loader.h"
#include "lambda/native_modules.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::Libc;
using lambda::NativeModule;

constexpr auto kReads = lambda::kLoaderAndModuleReads;

std::string fix_for(const NativeModule& module, Libc libc) {
  const bool musl = libc == Libc::musl;
  if (module.kind == NativeModule::Kind::node)
    return cat("run npm ci in a stage of the same base, or npm install --os=linux --libc=", libc_name(libc));
  return cat("run pip install in a stage of the same base", musl ? ": Alpine takes musllinux wheels" : "",
             "; or use a ", musl ? "Debian or Amazon Linux" : "Alpine", " base");
}

/// A build of the module for this libc, beside it: packages for Node.js bring both.
std::set<std::string> fitting_modules(const std::vector<NativeModule>& modules, std::uint16_t machine, Libc libc) {
  std::set<std::string> fitting;
  for (const NativeModule& module : modules) {
    const Libc linked = module.facts ? lambda::linked_libc(*module.facts) : Libc::unknown;
    if (module.machine == machine && (linked == libc || linked == Libc::unknown))
      fitting.insert(lambda::without_platform(module.path));
  }
  return fitting;
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const Libc libc = lambda::libc_of_image(image);
  if (libc == Libc::unknown) return Outcome::not_applicable("the image has no libc, or more than one");
  const std::uint16_t machine = lambda::expected_machine(image);
  const std::vector<NativeModule> modules = lambda::native_modules(image);
  const std::set<std::string> fitting = fitting_modules(modules, machine, libc);
  std::map<NativeModule::Kind, std::vector<const NativeModule*>> found;
  for (const NativeModule& module : modules) {
    if (module.kind == NativeModule::Kind::library || module.machine != machine || !module.facts) continue;
    const Libc linked = lambda::linked_libc(*module.facts);
    if (linked == Libc::unknown || linked == libc || fitting.contains(lambda::without_platform(module.path))) continue;
    found[module.kind].push_back(&module);
  }
  for (const auto& [kind, list] : found) {
    std::optional<Severity> severity;
    for (const NativeModule* module : list)
      if (lambda::is_started_client(image, *module)) severity = Severity::error;
    const Libc other = libc == Libc::musl ? Libc::glibc : Libc::musl;
    out.add(about_modules(
        image, list,
        cat(counted(list.size(), "native module was", "native modules were"), " built for ", libc_name(other),
            ", but the interpreter of this image runs on ", libc_name(libc), ": ", listed_modules(list)),
        fix_for(*list.front(), libc), severity));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule libc_mismatch = {.info = {.id = "libc-mismatch",
                                               .title = "Native module for another libc",
                                               .since = "0.1.0",
                                               .category = Category::runtime,
                                               .severity = Severity::warning,
                                               .evidence = Evidence::observed,
                                               .profiles = kLambdaAndGeneric,
                                               .reads = kReads,
                                               .facts = Facts::elf},
                                      .check = check};

}  // namespace ocitidy::rules
