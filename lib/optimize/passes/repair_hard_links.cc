// repair-hard-links: hard links whose target comes late, or in another layer.
// Why and examples: docs/passes/repair-hard-links.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

constexpr Oddity kBroken = Oddity::dangling_link | Oddity::cross_layer_link | Oddity::link_to_directory;

/// Does a layer above `layer` hide the path, or something above it?
bool is_hidden_later(const ImageModel& image, std::uint32_t layer, std::string_view path) {
  for (std::uint32_t above = layer + 1; above < image.layers().size(); ++above) {
    for (const Entry& entry : image.layers()[above].entries) {
      if (entry.type != EntryType::whiteout && entry.type != EntryType::opaque) continue;
      const bool inside =
          path.starts_with(entry.path) && path.size() > entry.path.size() && path[entry.path.size()] == '/';
      if (entry.path == path || inside || entry.path.empty()) return true;
    }
  }
  return false;
}

/// The file that a link comes too early for: it stands later in the same layer, and both paths are as written.
std::optional<NodeId> late_target(const ImageModel& image, const Plan& plan, std::uint32_t layer, const Entry& link) {
  if (!has(link.oddities, Oddity::dangling_link) || image.find(link.path)) return std::nullopt;
  const auto target = image.find(link.link_target), above = image.find(parent_path(link.path));
  if (!target || !above || plan.is_removed(*target) || plan.is_removed(*above)) return std::nullopt;
  const Node node = image.node(*target);
  const bool same_layer = node.named_by && node.named_by->layer == layer && node.made_by->layer == layer;
  const bool as_written = image.path(*target) == link.link_target && image.path(*above) == parent_path(link.path);
  if (image.node(*above).type != EntryType::directory) return std::nullopt;
  if (node.type == EntryType::directory || !same_layer || !as_written) return std::nullopt;
  return is_hidden_later(image, layer, link.path) ? std::nullopt : target;
}

std::string_view what_is_wrong(const Entry& entry) {
  if (has(entry.oddities, Oddity::cross_layer_link)) {
    return "its target lies in a lower layer; both are written together";
  }
  if (has(entry.oddities, Oddity::link_to_directory)) return "its target is a directory; no engine makes it";
  return "its target is not there when it is written; no engine makes it";
}

void repair(const PassInput& in, Plan& plan, std::uint32_t layer, const Entry& entry) {
  plan.rewrite(layer);
  Edit edit{.layer = layer, .path = std::string(entry.path)};
  edit.detail = cat("hard link to ", quote(entry.link_target), ": ");
  if (const auto target = late_target(in.image, plan, layer, entry)) {
    edit.kind = Edit::Kind::added;
    edit.detail += "its target came later in the layer, where no engine could make it; now it comes first";
    plan.add_link(std::string(entry.path), *target, "a hard link that came before its target");
  } else {
    edit.detail += what_is_wrong(entry);
  }
  plan.record(std::move(edit));
}

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  if (plan.base_layers() == layers.size()) return Outcome::not_applicable("every layer belongs to the base");
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    for (const Entry& entry : layers[layer].entries) {
      if (entry.type != EntryType::hard_link || (entry.oddities & kBroken) == Oddity::none) continue;
      repair(in, plan, layer, entry);
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass repair_hard_links = {.info = {.id = "repair-hard-links",
                                                   .title = "Repair hard links to late, missing or lower targets",
                                                   .since = "0.1.0",
                                                   .safety = Safety::relayout},
                                          .plan = plan};

}  // namespace ocitidy::passes
