// change_rates.h - how likely a component is to stay as it is.
//
// Evidence, best first: earlier images of the same function, the package's own changelog, and what packages of its kind
// usually do. All are estimates.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "lambda/components.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

inline constexpr int kDeployDays = 30;  ///< the interval that survival is about

struct ChangeRate {
  double survival = 1;  ///< chance, in (0, 1), that it is unchanged after kDeployDays: e^(-rate * kDeployDays)
  std::string
      evidence;  ///< "9 releases in 730 days (changelog)", "changed in 2 of 3 earlier images", "guessed by kind"
};

/// What one image knows of its components' content, to compare with another: name -> hash over path, mode, uid, gid,
/// size, content hash and link target of what it has beside directories, in the order of the walk.
using ComponentContents = std::map<std::string, Hash128, std::less<>>;

/// Linear. Needs Facts::content_hashes; without them equal sizes count as equal contents.
ComponentContents contents_of(const ImageModel& image, const Components& components);

/// Parallel to components.all(). `history`: earlier images, oldest first, each compared with the next and the last with
/// this one, which needs Facts::content_hashes then.
std::vector<ChangeRate> change_rates(const ImageModel& image, const Components& components,
                                     std::span<const ComponentContents> history);

}  // namespace ocitidy::lambda
