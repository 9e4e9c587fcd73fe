// components.cc - databases first, then names.
#include "lambda/components.h"

#include <algorithm>
#include <numeric>

#include "lambda/component_table.h"
#include "lambda/package_claims.h"
#include "lambda/packages.h"
#include "lambda/path_components.h"
#include "lambda/path_tree.h"

namespace ocitidy::lambda {
namespace {

/// Says of each inode once that it is new.
class SeenInodes {
 public:
  bool is_new(std::uint32_t inode) {
    if (inode >= seen_.size()) seen_.resize(std::max<std::size_t>(inode + std::size_t{1}, 2 * seen_.size()));
    if (seen_[inode]) return false;
    seen_[inode] = true;
    return true;
  }

 private:
  std::vector<bool> seen_;
};

}  // namespace

std::string_view component_kind_name(ComponentKind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"base", "OS package", "interpreter", "library", "application"};
  return kNames[static_cast<std::size_t>(kind)];
}

Components::Components(const ImageModel& image, std::uint32_t base_layers) {
  PathTree tree(image);
  const Packages packages(image);
  ComponentTable table;
  const PackageClaims claims(image, tree, packages, table, doubts_);
  const PathComponents paths(image, tree, packages, table);
  SeenInodes inodes;
  for (PathTree::Place place = 0; place < tree.size(); ++place) {
    const Node node = image.node(tree.id(place));
    std::uint32_t component = claims.of(place).value_or(paths.of(place));
    if (node.layer < base_layers) component = table.base_of(component);
    Component& row = table.row(component);
    ++row.paths;
    if (node.type == EntryType::file && inodes.is_new(node.inode)) row.size_bytes += node.size_bytes;
    const auto number = static_cast<std::size_t>(tree.id(place));
    if (number >= of_.size()) of_.resize(std::max(number + 1, 2 * of_.size()));
    of_[number] = component;
  }

  const std::vector<Component> found = table.take();
  std::vector<std::uint32_t> order(found.size()), rank(found.size());
  std::iota(order.begin(), order.end(), 0U);
  std::erase_if(order, [&](std::uint32_t i) { return found[i].paths == 0; });
  std::ranges::sort(order, {}, [&](std::uint32_t i) -> const std::string& { return found[i].name; });
  for (const std::uint32_t i : order) {
    rank[i] = static_cast<std::uint32_t>(all_.size());
    all_.push_back(found[i]);
  }
  for (std::uint32_t& component : of_) component = rank[component];
}

}  // namespace ocitidy::lambda
