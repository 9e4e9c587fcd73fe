// shadowed-library: System library shadowed through LD_LIBRARY_PATH.
// Why and examples: docs/rules/shadowed-library.md
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "lambda/elf_files.h"
#include "lambda/loader.h"
#include "lint/native_wording.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr auto kReads = lambda::kLoaderReads;
constexpr std::size_t kMostPrograms = 3000;

/// Is it a program of the operating system? Those were linked against the system's libraries.
bool is_system_program(std::string_view path) {
  constexpr std::array kDirectories{std::string_view("bin"), std::string_view("sbin"), std::string_view("usr/bin"),
                                    std::string_view("usr/sbin"), std::string_view("usr/libexec")};
  return std::ranges::find(kDirectories, parent_path(path)) != kDirectories.end();
}

/// The file of the system that goes by `name`, other than `first`; none when there is none for this machine.
std::optional<NodeId> system_library(const ImageModel& image, std::string_view name,
                                     const lambda::LoadedObject& first) {
  constexpr std::array kDirectories{"usr/lib64/",
                                    "lib64/",
                                    "usr/lib/x86_64-linux-gnu/",
                                    "usr/lib/aarch64-linux-gnu/",
                                    "lib/x86_64-linux-gnu/",
                                    "lib/aarch64-linux-gnu/",
                                    "usr/lib/",
                                    "lib/"};
  for (const std::string_view directory : kDirectories) {
    const auto node = image.resolve(cat(directory, name));
    const auto made_by = node ? image.node(*node).made_by : std::nullopt;
    if (!made_by || !first.facts || image.entry(*made_by).elf_machine != first.facts->machine) continue;
    return *node == first.file ? std::nullopt : node;
  }
  return std::nullopt;
}

/// One library that is found before the system's, and the system's programs that get it.
struct Shadow {
  NodeId system = NodeId::root;
  std::string name;
  std::vector<NodeId> programs;
};

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (env_value(image.config(), "LD_LIBRARY_PATH").value_or("").empty())
    return Outcome::not_applicable("ENV sets no LD_LIBRARY_PATH");
  std::map<NodeId, Shadow> shadows;  // by the library that is found
  std::size_t programs = 0;
  for (const lambda::ElfFile& file : lambda::elf_files(image)) {
    if (!is_system_program(file.path) || !file.facts || file.facts->interpreter.empty() || ++programs > kMostPrograms)
      continue;
    const auto process = lambda::load(image, file.node);
    if (!process) continue;
    for (const lambda::LoadedObject& object : process->objects) {
      if (!object.by_library_path) continue;
      // What a base puts first serves the programs of that base as well as it does; it cannot be helped here.
      if (image.node(file.node).layer <= image.node(object.file).layer) continue;
      const auto system = system_library(image, object.name, object);
      if (!system || image.node(*system).size_bytes == image.node(object.file).size_bytes) continue;
      Shadow& shadow = shadows[object.file];
      shadow.system = *system;
      shadow.name = object.name;
      shadow.programs.push_back(file.node);
    }
  }
  for (const auto& [first, shadow] : shadows) {
    std::vector<std::string> paths;
    for (const NodeId program : shadow.programs) paths.push_back(seen_path(image.path(program)));
    out.add(
        {.message = cat("LD_LIBRARY_PATH gives ", listed(paths, 3), " the ", quote(shadow.name), " of ",
                        seen_path(image.path(first)), " (", human_bytes(image.node(first).size_bytes),
                        ") instead of the system's ", seen_path(image.path(shadow.system)), " (",
                        human_bytes(image.node(shadow.system).size_bytes), "): another build of it may lack symbols"),
         .fix = "start such programs with LD_LIBRARY_PATH unset: env -u LD_LIBRARY_PATH /usr/bin/...",
         .where = {at_node(image, shadow.programs.front()), at_node(image, first)},
         .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule shadowed_library = {.info = {.id = "shadowed-library",
                                                  .title = "System library shadowed through LD_LIBRARY_PATH",
                                                  .since = "0.1.0",
                                                  .category = Category::runtime,
                                                  .severity = Severity::warning,
                                                  .evidence = Evidence::observed,
                                                  .profiles = kLambdaOnly,
                                                  .reads = kReads,
                                                  .facts = Facts::elf},
                                         .check = check};

}  // namespace ocitidy::rules
