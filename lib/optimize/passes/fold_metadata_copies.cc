// fold-metadata-copies: a copy that changed only metadata goes back into the layer that owns the bytes.
// Why and examples: docs/passes/fold-metadata-copies.md
#include <set>

#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// Paths that each layer whites out or makes opaque.
std::vector<std::set<std::string_view>> hidden_paths(const ImageModel& image) {
  std::vector<std::set<std::string_view>> all;
  for (const Layer& layer : image.layers()) {
    all.emplace_back();
    for (const Entry& entry : layer.entries) {
      if (entry.type == EntryType::whiteout || entry.type == EntryType::opaque) all.back().insert(entry.path);
    }
  }
  return all;
}

/// Would the layer hide `path` if a lower one had it?
bool hides(const std::set<std::string_view>& hidden, std::string_view path) {
  while (!hidden.empty()) {
    if (hidden.contains(path)) return true;
    if (path.empty()) return false;
    path = parent_path(path);
  }
  return false;
}

/// A hidden file of an own layer that the file seen at its path replaced directly, with the same bytes.
bool can_take_back(const PassInput& in, const Plan& plan, EntryId lower, EntryId upper) {
  const Entry &old = in.image.entry(lower), &now = in.image.entry(upper);
  if (lower.layer < plan.base_layers() || upper.layer <= lower.layer) return false;
  if (old.type != EntryType::file || now.type != EntryType::file || old.size_bytes == 0) return false;
  if (old.path != now.path || old.size_bytes != now.size_bytes) return false;
  const Sha256 *const a = in.image.content_sha256(lower), *const b = in.image.content_sha256(upper);
  return a != nullptr && b != nullptr && *a == *b;
}

Outcome plan(const PassInput& in, Plan& plan) {
  const auto layers = in.image.layers();
  if (plan.base_layers() + 1 >= layers.size()) return Outcome::not_applicable("fewer than two layers above the base");
  const auto hidden = hidden_paths(in.image);
  for (std::uint32_t layer = plan.base_layers(); layer < layers.size(); ++layer) {
    for (std::uint32_t i = 0; i < layers[layer].entries.size(); ++i) {
      const EntryId lower{layer, i};
      const auto upper = in.image.hidden_by(lower);
      if (!upper || !can_take_back(in, plan, lower, *upper)) continue;
      const std::string_view path = in.image.entry(lower).path;
      const auto id = in.image.find(path);
      if (!id || plan.is_removed(*id)) continue;
      const Node node = in.image.node(*id);
      if (node.made_by != *upper || node.named_by != *upper || node.link_count != 1) continue;
      if (in.image.path(*id) != path || hides(hidden[upper->layer], path)) continue;
      const InodeEdit* const other = plan.edit_of(node);
      if (other != nullptr && (other->link_to || other->bytes_of)) continue;
      plan.take_bytes_from(node, lower);
      plan.record({.kind = Edit::Kind::layer,
                   .layer = layer,
                   .path = std::string(path),
                   .detail = cat("layer ", upper->layer, " changed its metadata only"),
                   .bytes = in.image.entry(lower).size_bytes});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass fold_metadata_copies = {
    .info = {.id = "fold-metadata-copies",
             .title = "Put changed metadata into the layer that owns the bytes",
             .since = "0.1.0",
             .safety = Safety::relayout},
    .plan = plan};

}  // namespace ocitidy::passes
