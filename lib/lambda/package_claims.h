// package_claims.h - who owns a path by what package databases say: dpkg, apk, rpm, and Python's RECORD.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/rpm_header.h"
#include "lambda/component_table.h"
#include "lambda/packages.h"
#include "lambda/path_tree.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

class PackageClaims {
 public:
  /// Reads all databases that the scan kept. Linear in them and in the tree. What could not be read is told in
  /// `doubts`.
  PackageClaims(const ImageModel& image, PathTree& tree, const Packages& packages, ComponentTable& table,
                std::vector<std::string>& doubts);

  /// The component that claims a place. None for what no package claims, and for directories that several share.
  std::optional<std::uint32_t> of(PathTree::Place place) const {
    return claims_[place] < kShared ? std::optional(claims_[place]) : std::nullopt;
  }

 private:
  using Place = PathTree::Place;
  static constexpr std::uint32_t kNone = UINT32_MAX, kShared = UINT32_MAX - 1;

  void add_dpkg();
  void add_dpkg_without_tools();
  void add_apk(std::string_view path);
  void add_rpm(std::string_view folder, std::vector<std::string>& doubts);
  void add_rpm_package(const RpmHeader& header);
  void add_records(const Packages& packages);
  void add_bytecode();
  void claim(std::optional<Place> place, std::uint32_t component);
  std::string_view text_at(std::optional<Place> place);

  const ImageModel& image_;
  PathTree& tree_;
  ComponentTable& table_;
  std::vector<std::uint32_t> claims_;
  std::uint32_t cut_short_ = 0;  // databases that the scan has not kept, or not whole
  std::string first_cut_;
};

}  // namespace ocitidy::lambda
