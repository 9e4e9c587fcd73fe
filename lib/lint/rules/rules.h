// rules.h - declares every rule that rules.def lists, so that all_rules.cc can name it and it can define itself.
#pragma once

#include "ocitidy/rule.h"

namespace ocitidy::rules {
#define OCITIDY_RULE(name) extern const Rule name;
#include "lint/rules/rules.def"
#undef OCITIDY_RULE
}  // namespace ocitidy::rules
