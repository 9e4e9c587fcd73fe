// drop-gpu-libraries: libraries for GPUs, which Lambda has not, where no ELF file that stays mentions them.
// Why and examples: docs/passes/drop-gpu-libraries.md
#include <algorithm>
#include <map>

#include "base/file_name.h"
#include "base/text.h"
#include "image/removable_paths.h"
#include "image/used_paths.h"
#include "optimize/passes/passes.h"
#include "optimize/removal.h"

namespace ocitidy::passes {
namespace {

/// What GPU rows take and no trace saw, and which of it ELF files that stay ask for, directly or not.
class GpuFiles {
 public:
  GpuFiles(const PassInput& in, const Plan& plan) : in_(in) {
    const UsedPaths used(in.image, in.options.used_paths, in.options.keep);
    const auto rows = removable_paths_of("drop-gpu-libraries");
    in.image.walk([&](NodeId id, std::string_view path) {
      const Node node = in.image.node(id);
      if (plan.is_removed(id)) return;
      const RemovablePath* const row = removable({.path = path, .type = node.type}, rows);
      if (row != nullptr && !used.has(id) && node.layer >= plan.base_layers()) {
        by_name_[std::string(file_name(path))].push_back(id);
        rows_.emplace(static_cast<std::uint32_t>(id), row);
      } else {
        keep(id);
      }
    });
    while (!kept_.empty() && !unknown_) {
      const NodeId id = kept_.back();
      kept_.pop_back();
      keep_mentioned(id);
    }
  }

  /// An ELF file that stays and mentions too many libraries to tell.
  const std::optional<NodeId>& unknown() const { return unknown_; }
  const RemovablePath* row_of(NodeId id) const {
    const auto it = rows_.find(static_cast<std::uint32_t>(id));
    return it == rows_.end() ? nullptr : it->second;
  }

 private:
  void keep(NodeId id) {
    const Node node = in_.image.node(id);
    if (node.type == EntryType::file && in_.image.entry(*node.made_by).elf_machine != 0) kept_.push_back(id);
  }

  void keep_mentioned(NodeId id) {
    const auto names = in_.image.library_names(*in_.image.node(id).made_by);
    if (!names) {
      unknown_ = id;
      return;
    }
    for (const std::string& name : *names) {
      const auto it = by_name_.find(name);
      if (it == by_name_.end()) continue;
      for (const NodeId needed : it->second) rescue(needed);
      by_name_.erase(it);
    }
  }

  /// The library stays, and what it asks for; a symbolic link stays with what it leads to.
  void rescue(NodeId id) {
    if (rows_.erase(static_cast<std::uint32_t>(id)) == 0) return;
    keep(id);
    const auto target = in_.image.resolve(in_.image.path(id));
    if (target && *target != id) rescue(*target);
  }

  const PassInput& in_;
  std::map<std::string, std::vector<NodeId>> by_name_;
  std::map<std::uint32_t, const RemovablePath*> rows_;  // what still goes
  std::vector<NodeId> kept_;                            // ELF files whose mentions are still to be followed
  std::optional<NodeId> unknown_;
};

Outcome plan(const PassInput& in, Plan& plan) {
  const bool asked_for = std::ranges::find(in.options.passes, "drop-gpu-libraries") != in.options.passes.end();
  if (!asked_for && in.options.used_paths.empty()) {
    return Outcome::not_applicable("neither a list of used paths (--trace) nor asked for by name (--passes)");
  }
  if (plan.base_layers() == in.image.layers().size()) return Outcome::not_applicable("every layer belongs to the base");
  const GpuFiles gpu(in, plan);
  if (gpu.unknown()) {
    return Outcome::not_applicable(cat(quote(in.image.path(*gpu.unknown())),
                                       " mentions too many libraries to tell which it needs: nothing is proven"));
  }
  remove_paths(in.image, plan, [&](NodeId id, const Node&, std::string_view) -> std::string {
    const RemovablePath* const row = gpu.row_of(id);
    return row == nullptr ? "" : cat(row->id, ": no ELF file that stays mentions it; ", row->why);
  });
  return Outcome::checked();
}

}  // namespace

constinit const Pass drop_gpu_libraries = {.info = {.id = "drop-gpu-libraries",
                                                    .title = "Drop GPU libraries that nothing mentions",
                                                    .since = "0.1.0",
                                                    .safety = Safety::semantic,
                                                    .library_names = LibraryNamesUse::wanted},
                                           .plan = plan};

}  // namespace ocitidy::passes
