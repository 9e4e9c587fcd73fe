// component_table.h - components by name, while an image is being sorted into them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lambda/components.h"

namespace ocitidy::lambda {

class ComponentTable {
 public:
  /// Position of the component of that name, which is made when there is none. The first version that says something
  /// counts.
  std::uint32_t add(ComponentKind kind, std::string name, std::string_view version) {
    const auto [it, is_new] = by_name_.try_emplace(std::move(name), static_cast<std::uint32_t>(rows_.size()));
    if (is_new) rows_.push_back({.kind = kind, .name = it->first, .version = {}});
    Component& row = rows_[it->second];
    if (row.version.empty()) row.version = version;
    return it->second;
  }

  /// The same component, as far as it belongs to the base.
  std::uint32_t base_of(std::uint32_t component) {
    if (component >= base_.size()) base_.resize(rows_.size(), kUnknown);
    if (base_[component] == kUnknown) {
      const Component row = rows_[component];
      base_[component] = add(ComponentKind::base, "base:" + row.name, row.version);
      rows_[base_[component]].releases = row.releases;
    }
    return base_[component];
  }

  Component& row(std::uint32_t component) { return rows_[component]; }
  std::vector<Component> take() { return std::move(rows_); }

 private:
  static constexpr std::uint32_t kUnknown = UINT32_MAX;
  std::vector<Component> rows_;
  std::vector<std::uint32_t> base_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
};

}  // namespace ocitidy::lambda
