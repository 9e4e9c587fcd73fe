// used_paths.h - what a trace saw, with all that a process walks through to get there.
#pragma once

#include <string_view>
#include <unordered_set>
#include <vector>

#include "optimize/plan.h"

namespace ocitidy {

/// The nodes that used_paths and keep lead to: the paths themselves, directories above them, symbolic links on the way
/// and what those lead to, other names of the same inode, bytecode of used sources and sources of used bytecode, ELF
/// interpreters; and the start command.
class UsedPaths {
 public:
  explicit UsedPaths(const PassInput& in);
  bool has(NodeId node) const { return nodes_.contains(static_cast<std::uint32_t>(node)); }
  /// Paths of the list that the image has not. Globs that match nothing count.
  const std::vector<std::string>& missing() const { return missing_; }
  std::size_t size() const { return nodes_.size(); }

 private:
  void add_path(std::string_view path);
  void add_node(NodeId node);
  void add_globs(const std::vector<std::string_view>& globs);
  void add_companions();
  void add_links_of_used_inodes();
  void add_start(const ImageConfig& config);

  const ImageModel& image_;
  std::unordered_set<std::uint32_t> nodes_;
  std::vector<std::string> missing_;
};

}  // namespace ocitidy
