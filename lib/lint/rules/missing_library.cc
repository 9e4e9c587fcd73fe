// missing-library: Shared library that the loader will not find.
// Why and examples: docs/rules/missing-library.md
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "lambda/library_packages.h"
#include "lambda/loader.h"
#include "lambda/native_modules.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::NativeModule;

std::string fix_for(std::string_view library) {
  const lambda::LibraryPackage* package = lambda::package_of(library);
  if (!package) return cat("install the package that has ", quote(library), ", in the final stage");
  std::vector<std::string> ways;
  if (!package->debian.empty()) ways.push_back(cat("apt-get install ", package->debian));
  if (!package->amazon.empty()) ways.push_back(cat("dnf install ", package->amazon));
  if (!package->alpine.empty()) ways.push_back(cat("apk add ", package->alpine));
  std::string fix, remark(package->remark);
  for (const std::string& way : ways) fix += (fix.empty() ? "" : ", or ") + way;
  return remark.empty() ? fix : fix.empty() ? remark : cat(fix, "; ", remark);
}

using Files = std::vector<const lambda::ElfFile*>;

std::string place_of(const Files& files) { return files.empty() ? "" : cat(" (", seen_path(files.front()->path), ")"); }

bool is_for(const Files& files, std::uint16_t machine) {
  return machine == 0 || std::ranges::find(files, machine, &lambda::ElfFile::machine) != files.end();
}

/// For a library that is there, elsewhere or under another name than its own.
std::string fix_for(std::string_view library, const Files& elsewhere, std::uint16_t machine) {
  if (elsewhere.empty() || !is_for(elsewhere, machine)) return fix_for(library);
  const std::string_view path = elsewhere.front()->path;
  if (file_name(path) != library) return "RUN ldconfig, which makes the link of that name";
  return cat("set ENV LD_LIBRARY_PATH to ", seen_path(parent_path(path)),
             ", or list that directory in /etc/ld.so.conf.d and run ldconfig");
}

std::string where_it_is(bool nowhere, const Files& elsewhere, std::uint16_t machine) {
  if (nowhere) return ", which is not in the image";
  if (elsewhere.empty()) return ", of which the image has a link only, and not to a library that the loader finds";
  const std::string place = cat(", which is in the image", place_of(elsewhere));
  return place + (is_for(elsewhere, machine) ? " but not under that name in a directory that the loader looks in"
                                             : " for another processor only");
}

/// Old glibcs look into directories named after processors too. Source: glibc 2.32, sysdeps/x86/dl-hwcap.h.
bool may_be_for_processor(const Files& files) {
  constexpr auto kNames = std::to_array<std::string_view>({"atomics", "haswell", "sse2", "tls", "x86_64", "xeon_phi"});
  return std::ranges::any_of(files, [&](const lambda::ElfFile* file) {
    return std::ranges::find(kNames, file_name(parent_path(file->path))) != kNames.end();
  });
}

/// Of the programs that start the function. Where they have the config's variables, what lies elsewhere is lost.
void check_processes(const ImageModel& image, const lambda::LibraryIndex& index, FindingSink& out) {
  const std::uint16_t machine = lambda::expected_machine(image);
  std::set<std::pair<NodeId, std::string>> seen;
  for (const lambda::Process& process : lambda::started_processes(image)) {
    const ElfFacts* facts = process.objects.front().facts;
    const bool starts = !facts || machine == 0 || facts->machine == machine;  // else wrong-architecture
    for (const lambda::LackingLibrary& lack : process.lacking) {
      const NodeId file = process.objects[lack.needed_by].file;
      if (seen.size() == kMostModuleFindings || !seen.emplace(file, lack.name).second) continue;
      const auto elsewhere = index.named(lack.name);
      const bool nowhere = elsewhere.empty() && !index.has(lack.name);
      const bool certain = starts && process.environment_known && process.libc != lambda::Libc::unknown &&
                           !may_be_for_processor(elsewhere);
      const bool ends = (nowhere || certain) && !lack.may_come_later;
      out.add({.message = cat(with_chain(image, process, lack.needed_by), " needs ", quote(lack.name),
                              where_it_is(nowhere, elsewhere, machine),
                              ends ? ": the function ends before its first instruction" : ""),
               .fix = nowhere ? fix_for(lack.name) : fix_for(lack.name, elsewhere, machine),
               .where = {at_node(image, file)},
               .severity = ends ? std::optional(Severity::error) : std::nullopt});
    }
  }
}

/// Does the loader look for `library` at all when a module of this image needs it?
bool is_looked_for(std::string_view library, lambda::Libc libc) {
  if (lambda::comes_with_driver(library)) return false;
  return libc == lambda::Libc::glibc || !lambda::is_part_of_libc(library);
}

/// Modules may find what their process has loaded before, from anywhere: only what is nowhere in the image is missing.
void check_modules(const ImageModel& image, const lambda::LibraryIndex& index, FindingSink& out) {
  const std::uint16_t machine = lambda::expected_machine(image);
  const lambda::Libc libc = lambda::libc_of_image(image);
  const std::vector<NativeModule> modules = lambda::native_modules(image);
  std::map<std::string, std::vector<const NativeModule*>> lacking;
  for (const NativeModule& module : modules) {
    if (module.kind == NativeModule::Kind::library || module.machine != machine || !module.facts) continue;
    const lambda::Libc linked = lambda::linked_libc(*module.facts);
    if (libc != lambda::Libc::unknown && linked != lambda::Libc::unknown && linked != libc) continue;  // libc-mismatch
    for (const std::string& name : module.facts->needed)
      if (is_looked_for(name, libc) && !index.has(file_name(name))) lacking[name].push_back(&module);
  }
  std::size_t told = 0;
  for (const auto& [library, needed_by] : lacking) {
    if (++told > kMostModuleFindings) continue;
    std::optional<Severity> severity;
    for (const NativeModule* module : needed_by)
      if (lambda::is_started_client(image, *module)) severity = Severity::error;
    out.add(about_modules(image, needed_by,
                          cat(quote(library), " is nowhere in the image; ",
                              counted(needed_by.size(), "native module needs", "native modules need"),
                              " it to load: ", listed_modules(needed_by)),
                          fix_for(library), severity));
  }
  report_rest(lacking.size(), "libraries that native modules need are nowhere in the image", out,
              "install them in the final stage");
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  if (has_unread_layer(in.image)) return Outcome::not_applicable("a layer cannot be read, and may hold libraries");
  const lambda::LibraryIndex index(in.image, lambda::elf_files(in.image));
  if (index.files().empty()) return Outcome::not_applicable("the image holds no ELF file");
  check_processes(in.image, index, out);
  check_modules(in.image, index, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_library = {.info = {.id = "missing-library",
                                                 .title = "Shared library that the loader will not find",
                                                 .since = "0.1.0",
                                                 .category = Category::runtime,
                                                 .severity = Severity::warning,
                                                 .evidence = Evidence::observed,
                                                 .profiles = kLambdaAndGeneric,
                                                 .reads = lambda::kLoaderReads,
                                                 .facts = Facts::elf},
                                        .check = check};

}  // namespace ocitidy::rules
