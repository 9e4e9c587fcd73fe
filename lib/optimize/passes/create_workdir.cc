// create-workdir: the working directory of the config, where no layer has it.
// Why and examples: docs/passes/create-workdir.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// "/a//b/./c/" as Entry::path has it; none when it leads upwards or is not absolute.
std::optional<std::string> clean(std::string_view directory) {
  if (!directory.starts_with('/')) return std::nullopt;
  std::string path;
  while (!directory.empty()) {
    const std::size_t slash = directory.find('/');
    const std::string_view part = directory.substr(0, slash);
    directory.remove_prefix(slash == std::string_view::npos ? directory.size() : slash + 1);
    if (part == "..") return std::nullopt;
    if (part.empty() || part == ".") continue;
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

/// Adds `path` and what is missing above it. False when something else is in the way.
bool add(const PassInput& in, Plan& plan, const std::string& path) {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    const auto node = in.image.find(part);
    if (node && in.image.node(*node).type != EntryType::directory) return false;
    if (!node) {
      plan.add_directory(part, 0755, "WORKDIR of the config");
      plan.record({.kind = Edit::Kind::added, .layer = std::nullopt, .path = part, .detail = "WORKDIR of the config"});
    }
    if (end == std::string::npos) return true;
  }
}

Outcome plan(const PassInput& in, Plan& plan) {
  const std::string& stated = in.image.config().working_dir;
  if (stated.empty()) return Outcome::not_applicable("the config names no working directory");
  const auto path = clean(stated);
  if (!path) return Outcome::not_applicable(cat(quote(stated), " is no path below the root"));
  if (path->empty() || in.image.resolve(*path)) return Outcome::checked();
  if (plan.base_layers() == in.image.layers().size()) return Outcome::not_applicable("every layer belongs to the base");
  if (!add(in, plan, *path))
    return Outcome::not_applicable(cat("something that is no directory is in the way of ", quote(stated)));
  plan.rewrite(static_cast<std::uint32_t>(in.image.layers().size()) - 1);
  return Outcome::checked();
}

}  // namespace

constinit const Pass create_workdir = {.info = {.id = "create-workdir",
                                                .title = "Create the working directory where it is missing",
                                                .since = "0.1.0",
                                                .safety = Safety::additive},
                                       .plan = plan};

}  // namespace ocitidy::passes
