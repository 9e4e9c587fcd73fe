// plan.cc - see plan.h.
#include "optimize/plan.h"

#include <algorithm>

#include "base/text.h"

namespace ocitidy {

Plan::Plan(const ImageModel& image, const OptimizeOptions& options, std::uint32_t base_layers)
    : image_(&image), options_(&options), base_layers_(base_layers), rewritten_(image.layers().size()) {
  for (std::uint32_t i = 0; i < image.layers().size(); ++i) {
    layers_.emplace_back();
    layers_.back().first_source = layers_.back().last_source = i;
    layers_.back().compression = {.codec = image.layers()[i].codec, .level = 0, .effort = options.effort};
  }
}

void Plan::begin(const PassInfo& pass) { runs_.push_back({.pass = &pass, .outcome = {}, .edits = {}}); }

void Plan::end(Outcome outcome) {
  runs_.back().outcome = std::move(outcome);
  for (const Edit& edit : runs_.back().edits) runs_.back().bytes += edit.bytes;
}

void Plan::record(Edit edit) {
  edit.pass = runs_.back().pass->id;
  runs_.back().edits.push_back(std::move(edit));
}

void Plan::rewrite(std::uint32_t layer) {
  if (layer >= base_layers_) rewritten_[layer] = true;
}

void Plan::compress(std::size_t planned_layer, Compression compression) {
  PlannedLayer& layer = layers_[planned_layer];
  layer.compression = compression;
  if (layer.fate == OutputLayer::Fate::copied) layer.fate = OutputLayer::Fate::recompressed;
}

void Plan::merge(std::uint32_t first, std::uint32_t last) {
  const auto begin = std::ranges::find_if(layers_, [&](const PlannedLayer& l) { return l.first_source == first; });
  const auto end = std::ranges::find_if(layers_, [&](const PlannedLayer& l) { return l.last_source == last; });
  if (begin == layers_.end() || end == layers_.end() || begin >= end) return;
  for (std::uint32_t i = first; i <= last; ++i) rewrite(i);
  begin->last_source = last;
  layers_.erase(begin + 1, end + 1);
}

bool PassInput::has(std::string_view pass_id) const {
  return std::ranges::any_of(selected, [&](const Pass* pass) { return pass->info.id == pass_id; });
}

std::uint32_t Arrangement::rank_of(NodeId node) const {
  const auto i = static_cast<std::uint32_t>(node);
  return i < rank.size() ? rank[i] : UINT32_MAX;
}

std::size_t Arrangement::layer_of(std::uint32_t of_rank) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(first_ranks, of_rank) - first_ranks.begin()) - 1;
}

void Plan::arrange(Arrangement arrangement) {
  const auto count = static_cast<std::uint32_t>(rewritten_.size());
  if (arrangement_ || base_layers_ >= count) return;
  merge(base_layers_, count - 1);
  rewrite(count - 1);  // of one layer, merge() makes nothing
  const std::uint32_t first = layers_.back().first_source, last = layers_.back().last_source;
  const Compression compression = layers_.back().compression;
  layers_.pop_back();
  for (std::uint32_t part = 0; part < arrangement.first_ranks.size(); ++part) {
    layers_.emplace_back();
    layers_.back().first_source = first;
    layers_.back().last_source = last;
    layers_.back().part = part;
    layers_.back().compression = compression;
  }
  arrangement_ = std::move(arrangement);
}

bool Plan::remove(NodeId node, std::string_view path, std::string_view reason) {
  const Node facts = image_->node(node);
  if (facts.layer < base_layers_ ||
      std::ranges::any_of(options_->keep, [&](const auto& glob) { return glob_matches(glob, path); })) {
    return false;
  }
  removed_.try_emplace(static_cast<std::uint32_t>(node), Removal{runs_.back().pass->id, std::string(reason)});
  rewrite(facts.layer);
  return true;
}

InodeEdit& Plan::edit(const Node& node, std::string_view reason) {
  InodeEdit& edit = edits_[node.inode];
  edit.pass = runs_.back().pass->id;
  if (!edit.reason.empty()) edit.reason += "; ";
  edit.reason += reason;
  rewrite(node.made_by ? std::max(node.layer, node.made_by->layer) : node.layer);  // the root's layer is always 0
  return edit;
}

void Plan::take_bytes_from(const Node& node, EntryId lower) {
  edits_[node.inode].bytes_of = lower;
  givers_.insert(lower);
  rewrite(node.layer);
  rewrite(lower.layer);
}

void Plan::add_directory(std::string path, std::uint32_t mode, std::string_view reason) {
  added_.try_emplace(std::move(path), AddedDirectory{mode, runs_.back().pass->id, std::string(reason)});
}

const InodeEdit* Plan::edit_of(const Node& node) const {
  const auto it = edits_.find(node.inode);
  return it == edits_.end() ? nullptr : &it->second;
}

void Plan::add_link(std::string path, NodeId target, std::string_view reason) {
  added_links_.try_emplace(std::move(path), AddedLink{target, runs_.back().pass->id, std::string(reason)});
}

bool Plan::changes_tree() const {
  const auto is_seen = [](const auto& edit) {
    return edit.second.mode || edit.second.mtime_s || edit.second.head || edit.second.link_to;
  };
  return !removed_.empty() || !added_.empty() || !added_links_.empty() || std::ranges::any_of(edits_, is_seen);
}

bool Plan::is_own(const Node& node) const {
  return node.made_by && node.made_by->layer >= base_layers_ && node.named_by->layer >= base_layers_;
}

std::uint32_t Plan::inode_of(const Node& node) const {
  const InodeEdit* const edit = edit_of(node);
  return edit && edit->link_to ? image_->node(*edit->link_to).inode : node.inode;
}

const Plan::Removal* Plan::removal_of(NodeId node) const {
  const auto it = removed_.find(static_cast<std::uint32_t>(node));
  return it == removed_.end() ? nullptr : &it->second;
}

}  // namespace ocitidy
