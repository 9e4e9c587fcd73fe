// own_modules.h - the Python modules that a function's author wrote, and what they say.
//
// They are told from packages by where they lie: right in a folder that images keep applications in. So few files are
// searched for texts that it costs next to nothing.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

inline constexpr std::array<std::string_view, 8> kOwnModules = {"app/*.py",      "app/src/*.py",     "function/*.py",
                                                                "home/app/*.py", "src/*.py",         "usr/src/app/*.py",
                                                                "var/task/*.py", "var/task/src/*.py"};

/// What a rule that asks OwnModules for `texts` declares in RuleInfo::texts.
template <std::size_t N>
constexpr std::array<TextQuery, N * kOwnModules.size()> asked_of_own_modules(
    const std::array<std::string_view, N>& texts) {
  std::array<TextQuery, N * kOwnModules.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = {.glob = kOwnModules[i / N], .magic = "", .text = texts[i % N]};
  return all;
}

class OwnModules {
 public:
  /// One walk of the tree.
  explicit OwnModules(const ImageModel& image);

  std::span<const NodeId> all() const { return modules_; }
  bool holds(NodeId module, std::string_view text) const;
  bool any_holds(std::string_view text) const;

 private:
  const ImageModel& image_;
  std::vector<NodeId> modules_;  // in the order of the walk
};

}  // namespace ocitidy::lambda
