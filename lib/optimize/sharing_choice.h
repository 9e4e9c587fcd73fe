// sharing_choice.h - which order and cuts the own layers get: those of the build before, the best ones, or the input's.
#pragma once

#include "optimize/sharing.h"

namespace ocitidy {

/// Layers above the base that pack-layers makes when nobody says how many: 8 more than 8 save a sixth to a quarter of
/// what is pushed, and engines take 127. Source: docs/coldstart.md, "What order and cuts are worth".
inline constexpr std::uint32_t kUsualOwnLayers = 16;

/// Arranges the own layers of `plan` in the best order that is known, and says in plan.sharing() what that comes to.
/// The order of the input stays when no other is estimated to be better. An earlier plan is gone on with as long as it
/// costs at most 1.3 x what a new one would. Does nothing when it was done for this plan.
void share(const PassInput& in, Plan& plan);

/// Why there is nothing to share; "" when there is.
std::string why_nothing_to_share(const PassInput& in, const Plan& plan);

}  // namespace ocitidy
