// sharing.cc - see sharing.h.
#include "optimize/sharing.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "formats/pyc.h"
#include "image/used_paths.h"
#include "lambda/change_rates.h"
#include "ocitidy/coldstart.h"

namespace ocitidy {
namespace {

using Group = SharedPart::Group;

constexpr std::uint64_t kBlockBytes = 4096;  // of ext4
constexpr std::string_view kUsed = "used:";

std::size_t index_of(NodeId node) { return static_cast<std::size_t>(node); }

std::uint64_t in_blocks(std::uint64_t size_bytes) {
  return size_bytes / kBlockBytes * kBlockBytes + (size_bytes % kBlockBytes == 0 ? 0 : kBlockBytes);
}

/// Where a file lies when own layers keep their order: a pass may have sent its bytes to another layer.
EntryId place_without_order(const Plan& plan, const Node& node) {
  const InodeEdit* const edit = plan.edit_of(node);
  if (edit != nullptr && edit->bytes_of) return *edit->bytes_of;
  return node.named_by.value_or(EntryId{node.layer, 0});
}

std::vector<lambda::Part> weights_of(std::span<const SharedPart> parts) {
  std::vector<lambda::Part> weights;
  weights.reserve(parts.size());
  for (const SharedPart& part : parts) weights.push_back(part.weight);
  return weights;
}

/// Each group in the order that shares most.
std::vector<SharedPart> ordered(std::vector<SharedPart> parts) {
  const std::vector<lambda::Part> weights = weights_of(parts);
  std::vector<std::uint32_t> order = lambda::order_for_sharing(weights);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return parts[i].group; });
  std::vector<SharedPart> result;
  result.reserve(parts.size());
  for (const std::uint32_t i : order) result.push_back(std::move(parts[i]));
  return result;
}

}  // namespace

std::span<const SharedPart> SharedLayers::layer(std::size_t i) const {
  const std::size_t end = i + 1 < first_parts.size() ? first_parts[i + 1] : parts.size();
  return std::span(parts).subspan(first_parts[i], end - first_parts[i]);
}

LayerPlan SharedLayers::plan() const {
  LayerPlan plan(first_parts.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    for (const SharedPart& part : layer(i)) plan[i].push_back(part.name);
  }
  return plan;
}

Sharing::Sharing(const PassInput& in, const Plan& plan) : image_(in.image) {
  collect(in, plan);
  read_trace(in);
  judge_input();
}

/// Every inode that the own layers show, once, and the component of its first name.
void Sharing::collect(const PassInput& in, const Plan& plan) {
  const lambda::Components components(image_, plan.base_layers());
  doubts_.assign(components.doubts().begin(), components.doubts().end());
  const auto rates = lambda::change_rates(image_, components, in.history);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const lambda::Component& component = components.all()[i];
    components_.push_back({.name = component.name,
                           .survival = rates[i].survival,
                           .is_code = component.kind == lambda::ComponentKind::application});
  }
  std::unordered_map<std::uint32_t, std::uint32_t> file_of_inode;
  std::vector<std::pair<NodeId, std::uint32_t>> names;  // of inodes: node and file
  image_.walk([&](NodeId id, std::string_view path) {
    const Node node = image_.node(id);
    if (node.type == EntryType::directory || node.layer < plan.base_layers() || plan.is_removed(id)) return;
    const auto [it, first] = file_of_inode.try_emplace(plan.inode_of(node), static_cast<std::uint32_t>(files_.size()));
    names.emplace_back(id, it->second);
    const EntryId from = place_without_order(plan, node);
    if (!first) {
      files_[it->second].from = std::max(files_[it->second].from, from);
      return;
    }
    files_.push_back({.path = std::string(path),
                      .component = components.of(id),
                      .size_bytes = in_blocks(node.size_bytes),
                      .from = from});
  });
  std::vector<std::uint32_t> order(files_.size()), place(files_.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::uint32_t i) -> const std::string& { return files_[i].path; });
  std::vector<File> sorted;
  sorted.reserve(files_.size());
  for (const std::uint32_t i : order) {
    place[i] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move(files_[i]));
  }
  files_ = std::move(sorted);
  for (const auto& [id, file] : names) {
    if (index_of(id) >= file_of_.size()) file_of_.resize(index_of(id) + 1, UINT32_MAX);
    file_of_[index_of(id)] = place[file];
  }
}

/// Files whose bytes a start reads. Of a source with bytecode Python asks for size and time only.
void Sharing::read_trace(const PassInput& in) {
  if (in.options.used_paths.empty()) return;
  const UsedPaths used(image_, in.options.used_paths, {});
  std::unordered_set<std::uint32_t> compiled;  // nodes of sources
  for (const NodeId id : used.in_order()) {
    const auto source = pyc_source_path(image_.path(id));
    if (const auto node = source ? image_.find(*source) : std::nullopt) {
      compiled.insert(static_cast<std::uint32_t>(*node));
    }
  }
  std::unordered_set<std::uint32_t> seen;
  for (const NodeId id : used.in_order()) {
    const std::uint32_t file = index_of(id) < file_of_.size() ? file_of_[index_of(id)] : UINT32_MAX;
    if (file == UINT32_MAX || compiled.contains(static_cast<std::uint32_t>(id))) continue;
    if (seen.insert(file).second) use_order_.push_back(file);
  }
}

void Sharing::judge_input() {
  std::vector<std::uint32_t> order(files_.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return files_[i].from; });
  std::vector<lambda::Part> runs;
  std::vector<std::uint32_t> first_runs;
  std::uint32_t layer = UINT32_MAX;
  for (const std::uint32_t i : order) {
    const File& file = files_[i];
    const bool new_layer = file.from.layer != layer;
    if (new_layer) first_runs.push_back(static_cast<std::uint32_t>(runs.size()));
    layer = file.from.layer;
    if (new_layer || runs.back().component != file.component) {
      runs.push_back({.component = file.component, .survival = components_[file.component].survival});
    }
    runs.back().size_bytes += file.size_bytes;
  }
  before_ = estimate(runs, first_runs, order);
}

std::vector<SharedPart> Sharing::parts(Trace trace) const {
  std::vector<bool> used(files_.size());
  std::map<std::pair<std::uint32_t, Group>, SharedPart> parts;  // by component, so that equals stay sorted by name
  const auto add = [&](std::uint32_t i) {
    const File& file = files_[i];
    const Component& component = components_[file.component];
    const Group group = component.is_code ? (used[i] ? Group::used_code : Group::code)
                                          : (used[i] ? Group::used_packages : Group::packages);
    SharedPart& part = parts[{file.component, group}];
    if (part.files.empty()) {
      part.group = group;
      part.name = cat(used[i] ? kUsed : "", component.name);
      part.weight = {.component = file.component, .survival = component.survival};
    }
    part.weight.size_bytes += file.size_bytes;
    part.files.push_back(i);
  };
  if (trace == Trace::use) {
    for (const std::uint32_t i : use_order_) used[i] = true;
    for (const std::uint32_t i : use_order_) add(i);
  }
  for (std::uint32_t i = 0; i < files_.size(); ++i) {
    if (!used[i]) add(i);
  }
  std::vector<SharedPart> all;
  for (auto& [key, part] : parts) all.push_back(std::move(part));
  return all;
}

SharingEstimate Sharing::estimate(std::span<const lambda::Part> parts, std::span<const std::uint32_t> first_parts,
                                  std::span<const std::uint32_t> files) const {
  SharingEstimate estimate{.layers = static_cast<std::uint32_t>(first_parts.size()),
                           .new_chunks = lambda::expected_new_bytes(parts) / static_cast<double>(kColdStartChunkBytes),
                           .pushed_bytes = lambda::expected_pushed_bytes(parts, first_parts)};
  if (use_order_.empty()) return estimate;
  std::vector<bool> used(files_.size());
  for (const std::uint32_t i : use_order_) used[i] = true;
  std::uint64_t offset_bytes = 0, next_chunk = 0, touched = 0;
  for (const std::uint32_t i : files) {
    const std::uint64_t end_bytes = offset_bytes + files_[i].size_bytes;
    if (used[i] && end_bytes > offset_bytes) {
      const std::uint64_t first = std::max(offset_bytes / kColdStartChunkBytes, next_chunk);
      const std::uint64_t end = (end_bytes - 1) / kColdStartChunkBytes + 1;
      touched += end - std::min(first, end);
      next_chunk = std::max(next_chunk, end);
    }
    offset_bytes = end_bytes;
  }
  estimate.touched_chunks = touched;
  return estimate;
}

SharedLayers Sharing::judged(std::vector<SharedPart> parts, std::vector<std::uint32_t> first_parts) const {
  std::vector<std::uint32_t> files;
  files.reserve(files_.size());
  for (const SharedPart& part : parts) files.insert(files.end(), part.files.begin(), part.files.end());
  const SharingEstimate outcome = estimate(weights_of(parts), first_parts, files);
  return {.parts = std::move(parts), .first_parts = std::move(first_parts), .estimate = outcome};
}

SharedLayers Sharing::best(std::uint32_t most_layers, Trace trace) const {
  std::vector<SharedPart> in_order = ordered(parts(trace));
  std::vector<std::uint32_t> first_parts = lambda::cut_into_layers(weights_of(in_order), most_layers);
  return judged(std::move(in_order), std::move(first_parts));
}

SharedLayers Sharing::kept(const LayerPlan& earlier, Trace trace) const {
  std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> places;  // layer, position
  for (std::size_t layer = 0; layer < earlier.size(); ++layer) {
    for (std::size_t i = 0; i < earlier[layer].size(); ++i) places.try_emplace(earlier[layer][i], layer, i);
  }
  struct Placed {
    std::size_t layer = 0, position = 0;
    SharedPart part;
  };
  const std::size_t last = earlier.empty() ? 0 : earlier.size() - 1;
  const auto is_code = [](const SharedPart& part) { return part.group >= Group::used_code; };
  std::vector<Placed> all;
  for (SharedPart& part : ordered(parts(trace))) {
    const auto it = places.find(part.name);
    const auto place = it != places.end() ? it->second : std::pair(last, SIZE_MAX);
    all.push_back({.layer = place.first, .position = place.second, .part = std::move(part)});
  }
  std::ranges::stable_sort(all, {}, [&](const Placed& placed) {
    const bool code_of_last = placed.layer == last && is_code(placed.part);
    return std::tuple(placed.layer, code_of_last, placed.position);
  });
  std::vector<SharedPart> in_order;
  std::vector<std::uint32_t> first_parts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || all[i].layer != all[i - 1].layer) first_parts.push_back(static_cast<std::uint32_t>(i));
    in_order.push_back(std::move(all[i].part));
  }
  return judged(std::move(in_order), std::move(first_parts));
}

/// A directory is where the first file below it is; one without files goes with what changes most.
Arrangement Sharing::arrangement(const SharedLayers& layers) const {
  std::vector<std::uint32_t> rank_of_file(files_.size());
  Arrangement arrangement;
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < layers.first_parts.size(); ++i) {
    arrangement.first_ranks.push_back(rank);
    for (const SharedPart& part : layers.layer(i)) {
      for (const std::uint32_t file : part.files) rank_of_file[file] = rank++;
    }
  }
  const auto rank_at = [&](NodeId id) -> std::uint32_t& {
    if (index_of(id) >= arrangement.rank.size()) arrangement.rank.resize(index_of(id) + 1, UINT32_MAX);
    return arrangement.rank[index_of(id)];
  };
  std::vector<std::pair<std::uint32_t, NodeId>> names;  // by rank, so that each directory is set once
  for (std::size_t node = 0; node < file_of_.size(); ++node) {
    if (file_of_[node] != UINT32_MAX) names.emplace_back(rank_of_file[file_of_[node]], NodeId(node));
  }
  std::ranges::sort(names);
  for (const auto& [of_file, id] : names) {
    rank_at(id) = of_file;
    for (auto above = image_.parent(id); above; above = image_.parent(*above)) {
      std::uint32_t& there = rank_at(*above);
      if (there <= of_file) break;
      there = of_file;
    }
  }
  return arrangement;
}

}  // namespace ocitidy
