// cold_start.cc - see cold_start.h.
#include "lambda/cold_start.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "formats/pyc.h"
#include "image/lower_layers.h"
#include "image/used_paths.h"
#include "lambda/flat_image.h"
#include "lambda/part_chunks.h"
#include "lambda/python_modules.h"

namespace ocitidy::lambda {
namespace {

/// Nodes that a start uses, told apart by what it takes of them.
struct UsedNodes {
  std::vector<NodeId> read, looked_up;
};

/// Python compares a source with its bytecode by size and time and then reads the bytecode alone, the one without
/// ".opt-": the other two are used, but not read, unless the trace names them.
UsedNodes told_apart(const ImageModel& image, const UsedPaths& used, const std::vector<std::string>& trace) {
  const std::unordered_set<std::string_view> listed(trace.begin(), trace.end());
  std::unordered_set<std::uint32_t> compiled;
  for (const NodeId id : used.in_order()) {
    if (!image.name(id).ends_with(".pyc")) continue;
    const auto source = pyc_source_path(image.path(id));
    if (const auto node = source ? image.find(*source) : std::nullopt)
      compiled.insert(static_cast<std::uint32_t>(*node));
  }
  UsedNodes nodes;
  for (const NodeId id : used.in_order()) {
    const std::string_view name = image.name(id);
    const bool is_optimized = name.ends_with(".pyc") && name.find(".opt-") != std::string_view::npos;
    const bool may_be_left = is_optimized || compiled.contains(static_cast<std::uint32_t>(id));
    (may_be_left && !listed.contains(image.path(id)) ? nodes.looked_up : nodes.read).push_back(id);
  }
  return nodes;
}

class Estimate {
 public:
  Estimate(const ColdStartInput& in, const ColdStartOptions& options)
      : in_(in), options_(options), flat_(in.image), fresh_(flat_.chunk_end()) {}
  ColdStartReport run();

 private:
  void compare();
  std::vector<std::uint64_t> base_contents() const;
  void add_parts();
  void add_components(const Components& components, std::vector<PartChunks> parts);
  void add_start(const std::vector<std::string>& trace);

  const ColdStartInput& in_;
  const ColdStartOptions& options_;
  const FlatImage flat_;
  ChunkSet fresh_;
  ColdStartReport report_;
};

ColdStartReport Estimate::run() {
  report_.base = in_.base;
  const auto is_read = [](const Layer& layer) { return layer.contents == LayerContents::scanned; };
  report_.content_known = flat_.has_content() && std::ranges::all_of(in_.image.layers(), is_read);
  report_.chunks = flat_.chunk_count();
  report_.metadata_chunks = flat_.metadata_count();
  report_.data_chunks = flat_.data_count();
  report_.history = in_.history.size();
  compare();
  add_parts();
  if (options_.used_paths) add_start(*options_.used_paths);
  return std::move(report_);
}

/// The chunks of the base as it is without what was built on it.
std::vector<std::uint64_t> Estimate::base_contents() const {
  const ImageModel base = lower_layers(in_.image, in_.base.count, options_.limits.symlink_steps);
  return FlatImage(base, {.block_hashes = [this](EntryId id) { return in_.image.block_hashes(id); }}).contents();
}

void Estimate::compare() {
  std::vector<ChunkSet> known;
  if (in_.base.count > 0 && report_.content_known) {
    known.push_back(flat_.shared_with(base_contents()));
    report_.base_chunks = known.back().count();
  }
  bool all_known = report_.content_known && (in_.base.count > 0 || !in_.against.empty());
  for (const KnownChunks& other : in_.against) {
    report_.against.push_back(other.image);
    all_known &= other.image.chunks.has_value();
    if (!other.image.chunks || !report_.content_known) continue;
    known.push_back(flat_.shared_with(other.contents));
    report_.against.back().shared_chunks = known.back().count();
  }
  if (!all_known) return;
  for (std::size_t chunk = 0; chunk < flat_.chunk_end(); ++chunk) {
    const bool is_known = std::ranges::any_of(known, [&](const ChunkSet& set) { return set.has(chunk); });
    if (flat_.is_stored(chunk) && !is_known) fresh_.add(chunk);
  }
  report_.new_chunks = fresh_.count();
}

void Estimate::add_parts() {
  const Components components(in_.image, in_.base.count);
  const ChunkSet* const fresh = report_.new_chunks ? &fresh_ : nullptr;
  PartCounter by_layer(flat_, in_.image.layers().size(), fresh);
  PartCounter by_component(flat_, components.all().size(), fresh);
  in_.image.walk([&](NodeId id, std::string_view) {
    const Node node = in_.image.node(id);
    by_layer.add(node.made_by ? node.made_by->layer : node.layer, id, node);
    by_component.add(components.of(id), id, node);
  });
  report_.layers = by_layer.take();
  add_components(components, by_component.take());
}

void Estimate::add_components(const Components& components, std::vector<PartChunks> parts) {
  const auto rates = change_rates(in_.image, components, in_.history);
  for (std::size_t i = 0; i < components.all().size(); ++i) {
    const Component& component = components.all()[i];
    report_.components.push_back({.kind = std::string(component_kind_name(component.kind)),
                                  .name = component.name,
                                  .version = component.version,
                                  .paths = component.paths,
                                  .part = parts[i],
                                  .survival = rates[i].survival,
                                  .evidence = rates[i].evidence});
  }
  std::ranges::sort(report_.components, [](const ComponentChunks& a, const ComponentChunks& b) {
    if (a.part.new_chunks != b.part.new_chunks) return a.part.new_chunks > b.part.new_chunks;
    if (a.part.chunks != b.part.chunks) return a.part.chunks > b.part.chunks;
    return a.name < b.name;
  });
  report_.doubts.assign(components.doubts().begin(), components.doubts().end());
}

void Estimate::add_start(const std::vector<std::string>& trace) {
  const UsedPaths used(in_.image, with_module_files(in_.image, trace), {});
  const UsedNodes nodes = told_apart(in_.image, used, trace);
  const ChunkSet touched = flat_.touched(nodes.read, nodes.looked_up);
  StartChunks start;
  start.chunks = touched.count();
  start.missing = used.missing();
  if (report_.new_chunks) start.new_chunks = touched.count_shared(fresh_);
  std::unordered_set<std::uint32_t> inodes;
  for (const NodeId id : nodes.read) {
    const Node node = in_.image.node(id);
    if (node.type != EntryType::file || !inodes.insert(node.inode).second) continue;
    ++start.files;
    start.file_bytes += node.size_bytes;
  }
  report_.start = std::move(start);
}

}  // namespace

KnownChunks known_chunks(const ImageModel& other) {
  const FlatImage flat(other);
  KnownChunks known{.image = {.reference = other.source().reference,
                              .manifest_digest = other.manifest_descriptor().digest,
                              .chunks = std::nullopt,
                              .shared_chunks = std::nullopt},
                    .contents = flat.contents()};
  if (flat.has_content()) known.image.chunks = flat.chunk_count();
  return known;
}

ColdStartReport cold_start_report(const ColdStartInput& in, const ColdStartOptions& options) {
  return Estimate(in, options).run();
}

}  // namespace ocitidy::lambda
