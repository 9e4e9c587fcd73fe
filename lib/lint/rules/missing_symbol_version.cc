// missing-symbol-version: Library older than a program needs.
// Why and examples: docs/rules/missing-symbol-version.md
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "lambda/loader.h"
#include "lambda/native_modules.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::NativeModule;

constexpr auto kReads = lambda::kLoaderReads;
constexpr std::size_t kShown = 4;
constexpr std::string_view kFix =
    "build it on the base that runs it, or on an older one (Amazon Linux 2 has glibc 2.26, Amazon Linux 2023 2.34, "
    "Debian 12 2.36); or link statically";

/// The object of the process that `library` names; none when it has not been found.
const lambda::LoadedObject* object_named(const lambda::Process& process, std::string_view library) {
  for (const lambda::LoadedObject& object : process.objects) {
    if (object.name == library || (object.facts && object.facts->soname == library)) return &object;
  }
  return nullptr;
}

bool defines(const ElfFacts& facts, std::string_view version) {
  return std::ranges::find(facts.defines, version, &ElfVersion::name) != facts.defines.end();
}

/// What the loader compares before it starts a program. A library without any versions passes, and so do weak ones.
void check_process(const ImageModel& image, const lambda::LibraryIndex& index, const lambda::Process& process,
                   std::set<std::pair<NodeId, NodeId>>& seen, FindingSink& out) {
  for (std::size_t i = 0; i < process.objects.size(); ++i) {
    const lambda::LoadedObject& object = process.objects[i];
    if (!object.facts) continue;
    std::map<NodeId, std::vector<std::string>> lacking;  // by library
    std::optional<Severity> severity = Severity::error;
    for (const ElfVersion& need : object.facts->needs) {
      const lambda::LoadedObject* from = need.weak ? nullptr : object_named(process, need.library);
      if (!from || !from->facts || !from->facts->complete || from->facts->defines.empty()) continue;
      if (defines(*from->facts, need.name)) continue;
      lacking[from->file].push_back(escape_for_terminal(need.name));
      // Another library of that name has it: the search may have gone another way than here.
      if (index.may_define(need.library, need.name)) severity.reset();
    }
    for (const auto& [library, versions] : lacking) {
      if (seen.size() >= kMostModuleFindings || !seen.emplace(object.file, library).second) continue;
      out.add({.message = cat(with_chain(image, process, i), " needs ", listed(versions, kShown), " of ",
                              seen_path(image.path(library)), ", which is older: the loader ends it with 'version ",
                              versions.front(), " not found'"),
               .fix = std::string(kFix),
               .where = {at_node(image, object.file), at_node(image, library)},
               .severity = severity});
    }
  }
}

void check_modules(const ImageModel& image, const lambda::LibraryIndex& index, FindingSink& out) {
  const std::uint16_t machine = lambda::expected_machine(image);
  std::map<std::pair<std::string_view, std::string_view>, bool> known;  // library, version -> nobody defines it
  std::map<std::pair<std::string_view, std::string_view>, std::vector<const NativeModule*>> lacking;
  const std::vector<NativeModule> modules = lambda::native_modules(image);
  for (const NativeModule& module : modules) {
    if (module.kind == NativeModule::Kind::library || module.machine != machine || !module.facts) continue;
    for (const ElfVersion& need : module.facts->needs) {
      if (need.weak) continue;
      const std::pair key{std::string_view(need.library), std::string_view(need.name)};
      const auto [at, is_new] = known.try_emplace(key, false);
      if (is_new) at->second = !index.named(key.first).empty() && !index.may_define(key.first, key.second);
      if (at->second) lacking[key].push_back(&module);
    }
  }
  std::size_t told = 0;
  for (const auto& [need, needed_by] : lacking) {
    if (++told > kMostModuleFindings) continue;
    std::optional<Severity> severity;
    for (const NativeModule* module : needed_by)
      if (lambda::is_started_client(image, *module)) severity = Severity::error;
    out.add(about_modules(image, needed_by,
                          cat("no ", quote(need.first), " of the image has ", escape_for_terminal(need.second), "; ",
                              counted(needed_by.size(), "native module needs", "native modules need"),
                              " it to load: ", listed_modules(needed_by)),
                          std::string(kFix), severity));
  }
  report_rest(lacking.size(), "versions that native modules need are in no library of the image", out, kFix);
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and may hold libraries");
  if (lambda::libc_of_image(image) == lambda::Libc::musl)
    return Outcome::not_applicable("the image has musl, whose loader does not look at versions");
  const lambda::LibraryIndex index(image, lambda::elf_files(image));
  if (index.files().empty()) return Outcome::not_applicable("the image holds no ELF file");
  std::set<std::pair<NodeId, NodeId>> seen;
  for (const lambda::Process& process : lambda::started_processes(image)) {
    if (process.libc != lambda::Libc::musl) check_process(image, index, process, seen, out);
  }
  check_modules(image, index, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_symbol_version = {.info = {.id = "missing-symbol-version",
                                                        .title = "Library older than a program needs",
                                                        .since = "0.1.0",
                                                        .category = Category::runtime,
                                                        .severity = Severity::warning,
                                                        .evidence = Evidence::observed,
                                                        .profiles = kLambdaAndGeneric,
                                                        .reads = kReads,
                                                        .facts = Facts::elf},
                                               .check = check};

}  // namespace ocitidy::rules
