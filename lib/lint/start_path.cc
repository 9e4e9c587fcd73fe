// start_path.cc - see start_path.h.
#include "lint/start_path.h"

#include <vector>

#include "lambda/access.h"
#include "lambda/entrypoint.h"
#include "lambda/loader.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// What the kernel and the ELF loader open for the programs in path.started: their loaders and libraries.
void add_loaded(const ImageModel& image, StartPath& path) {
  const auto close = [&](NodeId file) {
    for (const NodeId directory : lambda::closed_above(image, file)) path.closed_library.insert(directory);
  };
  for (const NodeId program : std::set<NodeId>(path.started)) {
    const auto loader = lambda::loader_of(image, program);
    if (!loader) continue;
    close(*loader);
    path.started.insert(*loader);
    if (!lambda::others_may_execute(image.node(*loader))) path.refused[*loader] = "o+x";
  }
  if (has_unread_layer(image)) return;
  for (const lambda::Process& process : lambda::started_processes(image)) {
    for (const lambda::LoadedObject& object : process.objects) {
      if (!object.out_of_reach || !process.environment_known) continue;
      close(object.file);
      path.started.insert(object.file);
      if (!lambda::others_may_read(image.node(object.file))) path.refused[object.file] = "o+r";
    }
  }
}

}  // namespace

StartPath start_path(const ImageModel& image) {
  StartPath path;
  for (const lambda::Program& program : lambda::started_programs(image)) {
    std::vector<NodeId> passed = program.links;
    if (program.file) passed.push_back(*program.file);
    for (const NodeId node : passed) {
      for (const NodeId directory : lambda::closed_above(image, node)) path.closed.insert(directory);
    }
    if (!program.file) continue;
    const Node node = image.node(*program.file);
    path.started.insert(*program.file);
    const bool read_only = program.named_by == lambda::Program::NamedBy::operand;  // sh FILE
    const bool unread = (read_only || lambda::is_script(image, *program.file)) && !lambda::others_may_read(node);
    if (unread) path.refused[*program.file] = read_only ? "o+r" : "o+rx";
    if (!unread && !read_only && !lambda::others_may_execute(node)) path.refused[*program.file] = "o+x";
  }
  add_loaded(image, path);
  const auto workdir = image.resolve(image.config().working_dir);
  if (workdir && image.node(*workdir).type == EntryType::directory) {
    for (const NodeId directory : lambda::closed_above(image, *workdir)) path.closed_workdir.insert(directory);
    if (!lambda::others_may_execute(image.node(*workdir))) path.closed_workdir.insert(*workdir);
  }
  return path;
}

}  // namespace ocitidy::rules
