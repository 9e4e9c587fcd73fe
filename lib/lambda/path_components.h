// path_components.h - which component a path belongs to by the names on its way, where no package database says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lambda/component_table.h"
#include "lambda/packages.h"
#include "lambda/path_tree.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

class PathComponents {
 public:
  /// Linear in the tree.
  PathComponents(const ImageModel& image, PathTree& tree, const Packages& packages, ComponentTable& table);

  std::uint32_t of(PathTree::Place place) const { return spots_[place].component; }

 private:
  using Place = PathTree::Place;
  /// What may begin below: packages begin in folders, not inside other packages.
  enum class Family : std::uint8_t { folder, application, interpreter, closed, node };
  struct Spot {
    std::uint32_t component = 0;
    Family family = Family::folder;
  };

  void fix_interpreters();
  void fix_applications();
  void fix_application(std::optional<Place> place);
  void fix_start_command();
  void fix_python(const Packages& packages);
  void fix(std::optional<Place> place, ComponentKind kind, std::string name, std::string_view version, Family family);

  Spot decide(Place place);
  std::optional<Spot> by_tree_shape(Place place, std::string_view name);
  std::optional<Spot> by_node_package(Place place, std::string_view name);
  std::optional<Spot> by_python_name(Place place, std::string_view name);
  std::optional<Spot> by_gem_or_jar(Place place, std::string_view name);
  std::optional<Spot> by_size(Place place, std::string_view name);
  Spot spot(ComponentKind kind, std::string name, std::string_view version, Family family) {
    return {table_.add(kind, std::move(name), version), family};
  }
  std::string_view package_json_version(Place package) const;

  const ImageModel& image_;
  PathTree& tree_;
  ComponentTable& table_;
  std::vector<Spot> spots_;                                           // by place
  std::unordered_map<std::uint32_t, Spot> large_;                     // by inode, of files that have several names
  std::unordered_map<Place, Spot> fixed_;                             // known before the walk
  std::unordered_map<Place, std::vector<std::string>> python_names_;  // of packages in folders of another name, sorted
};

}  // namespace ocitidy::lambda
