// all_rules.cc - the table of rules. Explicit, so that nothing runs before main and the linker can drop none.
#include "lint/rules/pages.h"
#include "lint/rules/rules.h"

namespace ocitidy {
namespace {

constexpr const Rule* kAllRules[] = {
#define OCITIDY_RULE(name) &rules::name,
#include "lint/rules/rules.def"
#undef OCITIDY_RULE
};

}  // namespace

std::span<const Rule* const> all_rules() { return kAllRules; }

const Rule* find_rule(std::string_view id) {
  for (const Rule* rule : kAllRules) {
    if (rule->info.id == id) return rule;
  }
  return nullptr;
}

std::string_view rule_page(std::string_view id) {
  for (const rules::Page& page : rules::pages()) {
    if (page.id == id) return page.text;
  }
  return {};
}

}  // namespace ocitidy
