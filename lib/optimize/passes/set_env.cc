// set-env: variables of the config, those that the user names and no others.
// Why and examples: docs/passes/set-env.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

Outcome plan(const PassInput& in, Plan& plan) {
  if (in.options.env.empty()) return Outcome::not_applicable("no variable was named (--env NAME=VALUE)");
  for (const auto& [name, value] : in.options.env) {
    const auto before = env_value(in.image.config(), name);
    if (before == value) continue;
    plan.set_env(name, value);
    plan.record({.kind = Edit::Kind::document,
                 .layer = std::nullopt,
                 .path = "",
                 .detail = cat(escape_for_terminal(name), " becomes ", quote(value), ", ",
                               before ? cat("was ", quote(*before)) : "was not set")});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass set_env = {
    .info = {.id = "set-env", .title = "Set variables in the config", .since = "0.1.0", .safety = Safety::additive},
    .plan = plan};

}  // namespace ocitidy::passes
