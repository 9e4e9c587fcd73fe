// path_tree.cc - see path_tree.h.
#include "lambda/path_tree.h"

#include <algorithm>

namespace ocitidy::lambda {
namespace {

constexpr unsigned kMostLinks = 40;  // one behind the other, as Linux: path_resolution(7), MAXSYMLINKS

}  // namespace

PathTree::PathTree(const ImageModel& image) : image_(image) {
  rows_.reserve(image.node_count());
  const auto add = [this](NodeId id, Place parent) {
    const auto number = static_cast<std::size_t>(id);
    if (number >= places_.size()) places_.resize(std::max(number + 1, 2 * places_.size()), kNowhere);
    places_[number] = static_cast<Place>(rows_.size());
    rows_.push_back({.id = id, .parent = parent, .type = image_.node(id).type});
  };
  add(NodeId::root, kRoot);
  image.walk([&](NodeId id, std::string_view) {
    const Place parent = places_[static_cast<std::size_t>(image.parent(id).value_or(NodeId::root))];
    ++rows_[parent].child_count;
    add(id, parent);
  });
  std::uint32_t next = 0;
  for (Row& row : rows_) {
    row.first_child = next;
    next += row.child_count;
    row.child_count = 0;
  }
  children_.resize(next);
  for (Place place = 1; place < rows_.size(); ++place) {
    Row& parent = rows_[rows_[place].parent];
    children_[parent.first_child + parent.child_count++] = place;
  }
}

std::optional<PathTree::Place> PathTree::place(NodeId id) const {
  const auto number = static_cast<std::size_t>(id);
  if (number >= places_.size() || places_[number] == kNowhere) return std::nullopt;
  return places_[number];
}

std::span<const PathTree::Place> PathTree::children(Place place) const {
  return std::span(children_).subspan(rows_[place].first_child, rows_[place].child_count);
}

std::optional<PathTree::Place> PathTree::child(Place place, std::string_view name) const {
  const auto all = children(place);
  const auto it = std::ranges::lower_bound(all, name, {}, [this](Place one) { return this->name(one); });
  return it != all.end() && this->name(*it) == name ? std::optional(*it) : std::nullopt;
}

std::optional<PathTree::Place> PathTree::find(std::string_view path, Place from, Last last) {
  return find(path, from, last, 0);
}

std::optional<PathTree::Place> PathTree::find(std::string_view path, Place from, Last last, unsigned depth) {
  Place at = path.starts_with('/') ? kRoot : from;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      at = parent(at);
      continue;
    }
    const auto next = child(at, part);
    if (!next) return std::nullopt;
    at = *next;
    const bool at_end = path.find_first_not_of('/') == std::string_view::npos;
    if (type(at) != EntryType::symlink || (at_end && last == Last::keep)) continue;
    const auto target = follow(at, depth + 1);
    if (!target) return std::nullopt;
    at = *target;
  }
  return at;
}

/// A link that is being followed leads nowhere, so that circles end.
std::optional<PathTree::Place> PathTree::follow(Place link, unsigned depth) {
  if (rows_[link].target == kUnknown) {
    rows_[link].target = kNowhere;
    if (depth > kMostLinks) return std::nullopt;
    const auto target = find(image_.node(id(link)).link_target, parent(link), Last::follow, depth);
    rows_[link].target = target.value_or(kNowhere);
  }
  return rows_[link].target == kNowhere ? std::nullopt : std::optional(rows_[link].target);
}

}  // namespace ocitidy::lambda
