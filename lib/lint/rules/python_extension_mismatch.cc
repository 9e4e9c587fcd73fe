// python-extension-mismatch: Python extension module for another Python.
// Why and examples: docs/rules/python-extension-mismatch.md
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "lambda/native_modules.h"
#include "lambda/python_tags.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::NativeModule;

constexpr auto kReads = lambda::kLoaderAndModuleReads;

/// Is the module importable in another way: a build that has the right tag or none, or a version in Python?
bool has_stand_in(const ImageModel& image, const NativeModule& module, const lambda::PythonTag& tag) {
  const std::string stem = cat(parent_path(module.path), "/", tag.module);
  for (const std::string_view end : {".abi3.so", ".so", ".py", ".pyc", "/__init__.py"})
    if (image.resolve(cat(stem, end))) return true;
  return false;
}

/// Modules that one finding tells of: built for one Python, and imported by another.
struct Mismatch {
  unsigned built_for = 0, imported_by = 0;
  std::string_view flags, platform;  // platform: when that is what differs
  auto operator<=>(const Mismatch&) const = default;
};

std::optional<Mismatch> mismatch_of(const lambda::Pythons& pythons, const lambda::PythonTag& tag, unsigned minor) {
  Mismatch mismatch{.built_for = tag.minor, .imported_by = minor, .flags = tag.flags, .platform = {}};
  if (tag.minor != minor) return mismatch;
  const auto& platforms = pythons.platforms(minor);
  if (tag.platform.empty() || platforms.empty() || platforms.contains(tag.platform)) return std::nullopt;
  mismatch.platform = tag.platform;
  return mismatch;
}

std::string message_for(const lambda::Pythons& pythons, const Mismatch& mismatch, std::size_t count) {
  const std::string modules = counted(count, "extension module is", "extension modules are");
  if (mismatch.platform.empty()) {
    return cat(modules, " built for CPython 3.", mismatch.built_for, escape_for_terminal(mismatch.flags),
               ", but Python 3.", mismatch.imported_by, " is what looks for ", count == 1 ? "it" : "them",
               ", and passes over files with another tag: ");
  }
  const std::string& own = *pythons.platforms(mismatch.imported_by).begin();
  return cat(modules, " tagged ", quote(mismatch.platform), ", but this Python 3.", mismatch.imported_by, " looks for ",
             quote(own), ": ");
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const lambda::Pythons pythons(image, lambda::elf_files(image));
  if (!pythons.any()) return Outcome::not_applicable("not a Python image: no program python3.X found");
  const std::uint16_t machine = lambda::expected_machine(image);
  const std::vector<NativeModule> modules = lambda::native_modules(image);
  std::set<std::string> fitting;  // directory and module
  std::map<Mismatch, std::vector<const NativeModule*>> found;
  for (const int pass : {1, 2}) {
    for (const NativeModule& module : modules) {
      const auto tag = lambda::python_tag(file_name(module.path));
      const auto minor = tag && module.machine == machine ? pythons.importing(module.path) : std::nullopt;
      if (!minor) continue;
      const auto mismatch = mismatch_of(pythons, *tag, *minor);
      const std::string key = cat(parent_path(module.path), "/", tag->module);
      if (pass == 1 && !mismatch) fitting.insert(key);
      if (pass == 2 && mismatch && !fitting.contains(key) && !has_stand_in(image, module, *tag))
        found[*mismatch].push_back(&module);
    }
  }
  for (const auto& [mismatch, list] : found) {
    std::optional<Severity> severity;
    for (const NativeModule* module : list)
      if (lambda::is_started_client(image, *module)) severity = Severity::error;
    out.add(about_modules(image, list, message_for(pythons, mismatch, list.size()) + listed_modules(list),
                          cat("install the packages with the Python that runs them: RUN python3.", mismatch.imported_by,
                              " -m pip install ..., in a stage of the same base image and architecture"),
                          severity));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule python_extension_mismatch = {.info = {.id = "python-extension-mismatch",
                                                           .title = "Python extension module for another Python",
                                                           .since = "0.1.0",
                                                           .category = Category::runtime,
                                                           .severity = Severity::warning,
                                                           .evidence = Evidence::observed,
                                                           .profiles = kLambdaAndGeneric,
                                                           .reads = kReads,
                                                           .facts = Facts::elf},
                                                  .check = check};

}  // namespace ocitidy::rules
