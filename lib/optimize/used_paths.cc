// used_paths.cc - see used_paths.h.
#include "optimize/used_paths.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pyc.h"

namespace ocitidy {
namespace {

constexpr int kMostLinks = 40;  // as Linux: path_resolution(7)

bool is_glob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

}  // namespace

UsedPaths::UsedPaths(const PassInput& in) : image_(in.image) {
  std::vector<std::string_view> globs(in.options.keep.begin(), in.options.keep.end());
  for (const std::string& path : in.options.used_paths) {
    if (is_glob(path)) {
      globs.push_back(path);
      continue;
    }
    const std::size_t before = nodes_.size();
    add_path(path);
    if (nodes_.size() == before && !image_.find(path)) missing_.push_back(path);
  }
  add_globs(globs);
  add_start(image_.config());
  add_companions();
  add_links_of_used_inodes();
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
      add_node(*id);
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

void UsedPaths::add_node(NodeId node) {
  for (auto at = std::optional(node); at && nodes_.insert(static_cast<std::uint32_t>(*at)).second;) {
    at = image_.parent(*at);
  }
}

void UsedPaths::add_globs(const std::vector<std::string_view>& globs) {
  if (globs.empty()) return;
  std::vector<bool> matched(globs.size());
  std::vector<std::string> paths;
  image_.walk([&](NodeId, std::string_view path) {
    for (std::size_t i = 0; i < globs.size(); ++i) {
      if (!glob_matches(globs[i], path)) continue;
      matched[i] = true;
      paths.emplace_back(path);
    }
  });
  for (const std::string& path : paths) add_path(path);
  for (std::size_t i = 0; i < globs.size(); ++i) {
    if (!matched[i]) missing_.emplace_back(globs[i]);
  }
}

/// A trace with warm bytecode never opens the source, and one without writes none: each needs the other to stay valid.
void UsedPaths::add_companions() {
  std::vector<std::pair<NodeId, NodeId>> pairs;  // bytecode and source
  image_.walk([&](NodeId id, std::string_view path) {
    if (!path.ends_with(".pyc")) return;
    const auto source = pyc_source_path(path);
    const auto node = source ? image_.find(*source) : std::nullopt;
    if (node) pairs.emplace_back(id, *node);
  });
  for (const auto& [bytecode, source] : pairs) {
    if (has(bytecode) || has(source)) {
      add_node(bytecode);
      add_node(source);
    }
  }
}

void UsedPaths::add_links_of_used_inodes() {
  std::unordered_set<std::uint32_t> inodes;
  for (const std::uint32_t id : nodes_) {
    const Node node = image_.node(NodeId{id});
    if (node.link_count > 1 && node.type != EntryType::directory) inodes.insert(node.inode);
  }
  if (inodes.empty()) return;
  std::vector<NodeId> names;
  image_.walk([&](NodeId id, std::string_view) {
    if (inodes.contains(image_.node(id).inode)) names.push_back(id);
  });
  for (const NodeId id : names) add_node(id);
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
