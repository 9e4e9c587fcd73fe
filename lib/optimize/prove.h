// prove.h - does the output differ from the input by what the plan says, no less and no more?
#pragma once

#include <map>
#include <string>
#include <vector>

#include "optimize/plan.h"

namespace ocitidy {

/// SHA-256 of the files whose first bytes the writer changed, by the entry whose bytes they were.
using EditedContent = std::map<EntryId, Sha256>;

struct TreeProof {
  std::vector<std::string> problems;  ///< what the plan does not explain, or what it says and is not so; at most 20
  std::vector<TreeChange> changes;    ///< what differs and is explained, each with pass and reason
};

/// Compares the merged trees. `edited` is nullptr before anything was written: new bytes are then not compared.
TreeProof prove_tree(const ImageModel& before, const ImageModel& after, const Plan& plan, const EditedContent* edited);

}  // namespace ocitidy
