// path_tree.h - the merged tree in the order of its walk, for who looks up more paths than the tree has: each symlink
// is followed once, however many paths go through it, so that lists of paths cost what they are long.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

class PathTree {
 public:
  /// A visible path: its rank in the walk, parents before children. 0 is the root.
  using Place = std::uint32_t;
  static constexpr Place kRoot = 0;

  /// One walk. `image` must outlive it.
  explicit PathTree(const ImageModel& image);

  std::size_t size() const { return rows_.size(); }
  NodeId id(Place place) const { return rows_[place].id; }
  Place parent(Place place) const { return rows_[place].parent; }  ///< the root is its own
  EntryType type(Place place) const { return rows_[place].type; }
  std::string_view name(Place place) const { return image_.name(rows_[place].id); }
  std::string path(Place place) const { return image_.path(rows_[place].id); }
  /// None for nodes that the walk does not visit.
  std::optional<Place> place(NodeId id) const;
  /// In byte order of their names.
  std::span<const Place> children(Place place) const;
  /// Costs the logarithm of the children.
  std::optional<Place> child(Place place, std::string_view name) const;

  enum class Last : std::uint8_t { keep, follow };
  /// What `path` leads to from `from`, or from the root when it is absolute; ".." is resolved inside the root, symlinks
  /// on the way are followed, one at the end as `last` says. Linear in `path`, and once in each symlink.
  std::optional<Place> find(std::string_view path, Place from = kRoot, Last last = Last::keep);

 private:
  struct Row {
    NodeId id = NodeId::root;
    Place parent = kRoot;
    std::uint32_t first_child = 0;  // into children_
    std::uint32_t child_count = 0;
    Place target = kUnknown;  // of a symlink
    EntryType type = EntryType::directory;
  };
  static constexpr Place kUnknown = UINT32_MAX, kNowhere = UINT32_MAX - 1;

  std::optional<Place> find(std::string_view path, Place from, Last last, unsigned depth);
  std::optional<Place> follow(Place link, unsigned depth);

  const ImageModel& image_;
  std::vector<Row> rows_;
  std::vector<Place> children_;
  std::vector<Place> places_;  // by NodeId
};

}  // namespace ocitidy::lambda
