// removal.h - takes paths out of an image, files first and then the directories that became empty.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "optimize/plan.h"

namespace ocitidy {

/// Why a path may go; "" when it must stay.
using RemovalReason = std::function<std::string(NodeId, const Node&, std::string_view path)>;

/// Removes every path above the base for which `reason` gives one and Plan::remove() agrees. A directory goes only with
/// all that is below it. Asks for each visible path once. Linear in paths.
void remove_paths(const ImageModel& image, Plan& plan, const RemovalReason& reason);

/// Removes what the rows of `pass` in the table of removable paths take. For the passes whose id is `pass`.
Outcome remove_rows(const PassInput& in, Plan& plan, std::string_view pass);

/// The same, for what many programs need: only with a list of used paths, and nothing that the list leads to.
Outcome remove_unused_rows(const PassInput& in, Plan& plan, std::string_view pass);

}  // namespace ocitidy
