// used_paths.h - what a trace saw, with all that a process walks through to get there, in the order of first use.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy {

/// The nodes that used paths and keep globs lead to: the paths themselves, directories above them, symbolic links on
/// the way and what those lead to, other names of the same inode, bytecode of used sources and sources of used
/// bytecode; and the start command with its directory.
class UsedPaths {
 public:
  /// `used_paths`: as parse_used_paths() gives them, globs included, without modules (lambda/python_modules.h).
  /// `keep_globs`: used too, after all others. Linear in nodes and in the components of
  /// paths; nodes times globs. Keeps nothing of the lists.
  UsedPaths(const ImageModel& image, std::span<const std::string> used_paths, std::span<const std::string> keep_globs);
  bool has(NodeId node) const { return nodes_.contains(static_cast<std::uint32_t>(node)); }
  /// Each node once, in the order of first use: the start command before all paths, directories and links before what
  /// they lead to, bytecode, source and other names right after what brought them in. A glob's paths stand where the
  /// glob stands, in the order of ImageModel::walk(). The view lives as long as this.
  std::span<const NodeId> in_order() const { return order_; }
  /// Paths of the list that the image has not, in their order. Globs that match nothing count.
  const std::vector<std::string>& missing() const { return missing_; }
  std::size_t size() const { return order_.size(); }

 private:
  /// Other nodes that a node brings in, and what each glob matches. From one walk.
  struct Relations {
    std::unordered_map<std::uint32_t, std::vector<NodeId>> bytecode_of;  // by source
    std::unordered_map<std::uint32_t, NodeId> source_of;                 // by bytecode
    std::unordered_map<std::uint32_t, std::vector<NodeId>> names_of;     // by inode; only with several names
    std::vector<std::vector<std::string>> matches;                       // by glob
  };

  Relations relations(std::span<const std::string_view> globs) const;
  void add_path(std::string_view path);
  void add_reached(NodeId node);
  void add_node(NodeId node);
  void add_start(const ImageConfig& config);

  const ImageModel& image_;
  Relations relations_;  // emptied by the constructor
  std::unordered_set<std::uint32_t> nodes_, reached_;
  std::vector<NodeId> order_;
  std::vector<std::string> missing_;
};

}  // namespace ocitidy
