// missing-ready-to-run: .NET assemblies that hold intermediate code alone, compiled anew in every cold start.
// Why and examples: docs/rules/missing-ready-to-run.md
#include <array>
#include <map>

#include "base/text.h"
#include "formats/archive_heads.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::array kReads = {ContentQuery{.glob = "**/*.dll", .first_bytes = 512, .magic = "MZ"}};

/// The assemblies of one folder.
struct Folder {
  std::uint64_t assemblies = 0, plain = 0, plain_bytes = 0;
  std::optional<NodeId> application;  // a plain one with a .runtimeconfig.json or .deps.json of its name
};

bool belongs_to_dotnet(std::string_view path) {
  return path.starts_with("usr/") || path.starts_with("var/lang/") || path.starts_with("var/runtime/");
}

bool is_application(const ImageModel& image, std::string_view path) {
  const std::string_view stem = path.substr(0, path.size() - 4);
  return image.find(cat(stem, ".runtimeconfig.json")) || image.find(cat(stem, ".deps.json"));
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  std::map<std::string, Folder, std::less<>> folders;
  image.walk([&](NodeId id, std::string_view path) {
    if (!path.ends_with(".dll") || belongs_to_dotnet(path)) return;
    const Node node = image.node(id);
    const auto head = node.type == EntryType::file ? image.captured(*node.made_by) : std::nullopt;
    const auto machine = head ? pe_machine(head->bytes) : std::nullopt;
    if (!machine) return;
    Folder& folder = folders[std::string(parent_path(path))];
    ++folder.assemblies;
    if (*machine != kPeAnyMachine) return;
    ++folder.plain;
    folder.plain_bytes += node.size_bytes;
    if (!folder.application && is_application(image, path)) folder.application = id;
  });
  if (folders.empty()) return Outcome::not_applicable("no .NET assembly of the function's own");
  for (const auto& [path, folder] : folders) {
    if (!folder.application) continue;
    out.add(
        {.message = cat(seen_path(image.path(*folder.application)), " is not compiled ahead (ReadyToRun), nor are ",
                        folder.plain - 1, " of the ", folder.assemblies - 1, " other assemblies beside it (",
                        human_bytes(folder.plain_bytes), " in all): .NET compiles in every cold start what it calls"),
         .fix = "dotnet publish -c Release -r linux-x64 (or linux-arm64) --self-contained false "
                "-p:PublishReadyToRun=true",
         .where = {at_node(image, *folder.application)},
         .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_ready_to_run = {.info = {.id = "missing-ready-to-run",
                                                      .title = "Assemblies of .NET that are not compiled ahead",
                                                      .since = "0.1.0",
                                                      .category = Category::startup,
                                                      .severity = Severity::info,
                                                      .evidence = Evidence::documented,
                                                      .reads = kReads},
                                             .check = check};

}  // namespace ocitidy::rules
