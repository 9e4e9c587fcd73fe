// used_paths.cc - see used_paths.h.
#include "image/used_paths.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pyc.h"
#include "image/quick_glob.h"

namespace ocitidy {
namespace {

constexpr int kMostLinks = 40;  // as Linux: path_resolution(7)

bool is_glob(std::string_view path) { return path.find_first_of("*?") != std::string_view::npos; }

std::uint32_t raw(NodeId node) { return static_cast<std::uint32_t>(node); }

}  // namespace

UsedPaths::UsedPaths(const ImageModel& image, std::span<const std::string> used_paths,
                     std::span<const std::string> keep_globs)
    : image_(image) {
  std::vector<std::string_view> globs;
  std::ranges::copy_if(used_paths, std::back_inserter(globs), is_glob);
  std::ranges::copy(keep_globs, std::back_inserter(globs));
  relations_ = relations(globs);

  std::size_t next_glob = 0;
  const auto add_next_glob = [&] {
    const std::vector<std::string>& matches = relations_.matches[next_glob];
    if (matches.empty()) missing_.emplace_back(globs[next_glob]);
    for (const std::string& path : matches) add_path(path);
    ++next_glob;
  };
  add_start(image_.config());
  for (const std::string& path : used_paths) {
    if (is_glob(path)) {
      add_next_glob();
      continue;
    }
    add_path(path);
    if (!image_.find(path)) missing_.push_back(path);
  }
  while (next_glob < globs.size()) add_next_glob();
  relations_ = {};
}

UsedPaths::Relations UsedPaths::relations(std::span<const std::string_view> globs) const {
  Relations relations;
  relations.matches.resize(globs.size());
  image_.walk([&](NodeId id, std::string_view path) {
    const Node node = image_.node(id);
    if (node.link_count > 1 && node.type != EntryType::directory) relations.names_of[node.inode].push_back(id);
    const auto source_path = path.ends_with(".pyc") ? pyc_source_path(path) : std::nullopt;
    if (const auto source = source_path ? image_.find(*source_path) : std::nullopt) {
      relations.source_of.emplace(raw(id), *source);
      relations.bytecode_of[raw(*source)].push_back(id);
    }
    for (std::size_t i = 0; i < globs.size(); ++i) {
      if (quick_glob_matches(globs[i], path)) relations.matches[i].emplace_back(path);
    }
  });
  return relations;
}

/// Every node on the way, as far as it goes: each component, and where symbolic links lead from it.
void UsedPaths::add_path(std::string_view path) {
  std::string rest(path);
  for (int links = 0; links <= kMostLinks; ++links) {
    std::string target;
    for (std::size_t end = rest.find('/');; end = rest.find('/', end + 1)) {
      const std::string part = rest.substr(0, end);
      const auto id = image_.find(part);
      if (!id) return;
      add_reached(*id);
      const Node node = image_.node(*id);
      if (node.type == EntryType::symlink) {
        const std::string tail = end == std::string::npos ? "" : rest.substr(end);
        const std::string_view link = node.link_target;
        target = link.starts_with('/') ? std::string(link.substr(1)) : cat(parent_path(image_.path(*id)), "/", link);
        target += tail;
        break;
      }
      if (end == std::string::npos) return;
    }
    while (target.starts_with('/')) target.erase(0, 1);
    rest = std::move(target);
    if (rest.empty()) return;
  }
}

/// A trace with warm bytecode never opens the source, and one without writes none: each needs the other to stay valid.
void UsedPaths::add_reached(NodeId node) {
  if (!reached_.insert(raw(node)).second) return;
  const std::size_t first = order_.size();
  add_node(node);
  if (const auto it = relations_.source_of.find(raw(node)); it != relations_.source_of.end()) add_node(it->second);
  if (const auto it = relations_.bytecode_of.find(raw(node)); it != relations_.bytecode_of.end()) {
    for (const NodeId bytecode : it->second) add_node(bytecode);
  }
  for (std::size_t i = first, end = order_.size(); i < end; ++i) {
    const auto names = relations_.names_of.find(image_.node(order_[i]).inode);
    if (names == relations_.names_of.end()) continue;
    for (const NodeId name : names->second) add_node(name);
    relations_.names_of.erase(names);  // all of them are there now
  }
}

void UsedPaths::add_node(NodeId node) {
  const std::size_t first = order_.size();
  for (auto at = std::optional(node); at && nodes_.insert(raw(*at)).second; at = image_.parent(*at)) {
    order_.push_back(*at);
  }
  std::reverse(order_.begin() + static_cast<std::ptrdiff_t>(first), order_.end());
}

void UsedPaths::add_start(const ImageConfig& config) {
  for (const auto* words : {&config.entrypoint, &config.cmd}) {
    for (const std::string& word : *words) {
      if (word.starts_with('/')) add_path(std::string_view(word).substr(1));
    }
  }
  if (config.working_dir.starts_with('/')) add_path(std::string_view(config.working_dir).substr(1));
}

}  // namespace ocitidy
