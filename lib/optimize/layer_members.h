// layer_members.h - the entries of one rewritten layer, made from nodes of the merged tree.
#pragma once

#include <string_view>

#include "optimize/plan.h"

namespace ocitidy {

/// Appends members to a PlannedLayer.
class LayerMembers {
 public:
  LayerMembers(const ImageModel& image, const Plan& plan, PlannedLayer& layer)
      : image_(image), plan_(plan), layer_(layer) {}

  /// There will be about so many.
  void reserve(std::size_t count);
  /// The node as it is seen, at its own path, with the plan's edits. Files: bytes of the entry that the plan says.
  void add(NodeId node);
  /// `node` as another name of `first`'s inode.
  void add_hard_link(NodeId node, NodeId first);
  /// The same at a path that is not in the input.
  void add_hard_link(std::string_view path, NodeId first);
  void add_directory(std::string_view path, std::uint32_t mode);
  void add_whiteout(std::string_view path);
  void add_opaque(std::string_view path);

 private:
  std::string_view path_of(NodeId id, const Node& node);
  void push(Entry entry, EntryId bytes_of);
  std::uint16_t owner_of(const OwnerNames& names);

  const ImageModel& image_;
  const Plan& plan_;
  PlannedLayer& layer_;
};

}  // namespace ocitidy
