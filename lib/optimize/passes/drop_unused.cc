// drop-unused: every file that a trace of the function did not see.
// Why and examples: docs/passes/drop-unused.md
#include <array>

#include "base/text.h"
#include "formats/elf_facts.h"
#include "image/removable_paths.h"
#include "image/used_paths.h"
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

constexpr std::string_view kElfMagic(
    "\x7f"
    "ELF",
    4);
/// The kernel opens a program's interpreter itself: no trace shows it. Its name stands behind the program headers.
constexpr std::array kReads{ContentQuery{.glob = "**", .first_bytes = 4096, .magic = kElfMagic}};

/// Adds the interpreters of programs that the trace saw.
std::vector<std::string> with_interpreters(const PassInput& in) {
  std::vector<std::string> paths = in.options.used_paths;
  const UsedPaths used(in.image, in.options.used_paths, in.options.keep);
  in.image.walk([&](NodeId id, std::string_view) {
    const Node node = in.image.node(id);
    if (node.type != EntryType::file || !used.has(id)) return;
    const auto head = in.image.captured(*node.made_by);
    const auto elf = head ? parse_elf_facts(head->bytes) : std::nullopt;
    if (elf && elf->interpreter.starts_with('/')) paths.push_back(elf->interpreter.substr(1));
  });
  return paths;
}

Outcome plan(const PassInput& in, Plan& plan) {
  if (in.options.used_paths.empty()) return Outcome::not_applicable("no list of used paths (--trace, --keep-list)");
  if (plan.base_layers() == in.image.layers().size()) return Outcome::not_applicable("every layer belongs to the base");
  const UsedPaths used(in.image, with_interpreters(in), in.options.keep);
  for (const std::string& path : used.missing()) {
    plan.note(cat("drop-unused: the list of used paths has ", quote(path), ", and the image has not"));
  }
  remove_paths(in.image, plan, [&](NodeId id, const Node&, std::string_view path) -> std::string {
    return used.has(id) || is_never_removed(path) ? "" : "the list of used paths does not lead to it";
  });
  return Outcome::checked();
}

}  // namespace

constinit const Pass drop_unused = {.info = {.id = "drop-unused",
                                             .title = "Drop every file that a trace did not see",
                                             .since = "0.1.0",
                                             .safety = Safety::semantic,
                                             .reads = kReads},
                                    .plan = plan};

}  // namespace ocitidy::passes
