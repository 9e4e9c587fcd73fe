// own_modules.cc - see own_modules.h.
#include "lambda/own_modules.h"

#include <algorithm>

#include "base/text.h"

namespace ocitidy::lambda {

OwnModules::OwnModules(const ImageModel& image) : image_(image) {
  image.walk([this](NodeId id, std::string_view path) {
    if (!path.ends_with(".py") || image_.node(id).type != EntryType::file) return;
    const auto matches = [path](std::string_view glob) {
      return parent_path(path) == parent_path(glob) && glob_matches(glob, path);
    };
    if (std::ranges::any_of(kOwnModules, matches)) modules_.push_back(id);
  });
}

bool OwnModules::holds(NodeId module, std::string_view text) const {
  return image_.contains(*image_.node(module).made_by, text).value_or(false);
}

bool OwnModules::any_holds(std::string_view text) const {
  return std::ranges::any_of(modules_, [&](NodeId module) { return holds(module, text); });
}

}  // namespace ocitidy::lambda
