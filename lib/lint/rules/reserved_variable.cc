// reserved-variable: ENV sets variables that Lambda sets itself.
// Why and examples: docs/rules/reserved-variable.md
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

enum class Kind : std::uint8_t {
  overridden,   ///< Lambda puts its own value in its place
  credential,   ///< the same, and the value is a secret that everybody gets who can pull
  api,          ///< tells programs whether they run on Lambda
  concurrency,  ///< switches runtimes to another protocol
  directory,    ///< has one right value
  handler,      ///< reserved, but not set for images
};

struct Reserved {
  std::string_view name;
  Kind kind;
  std::string_view right_value = "";
};
/// Source: Lambda developer guide, "Using Lambda environment variables"; aws/aws-lambda-runtime-interface-emulator,
/// env/constants.go. Read 2026-09-01.
constexpr std::array kReserved = {
    Reserved{"AWS_ACCESS_KEY", Kind::credential},
    Reserved{"AWS_ACCESS_KEY_ID", Kind::credential},
    Reserved{"AWS_DEFAULT_REGION", Kind::overridden},
    Reserved{"AWS_EXECUTION_ENV", Kind::overridden},
    Reserved{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Kind::overridden},
    Reserved{"AWS_LAMBDA_FUNCTION_NAME", Kind::overridden},
    Reserved{"AWS_LAMBDA_FUNCTION_VERSION", Kind::overridden},
    Reserved{"AWS_LAMBDA_INITIALIZATION_TYPE", Kind::overridden},
    Reserved{"AWS_LAMBDA_LOG_GROUP_NAME", Kind::overridden},
    Reserved{"AWS_LAMBDA_LOG_STREAM_NAME", Kind::overridden},
    Reserved{"AWS_LAMBDA_MAX_CONCURRENCY", Kind::concurrency},
    Reserved{"AWS_LAMBDA_RUNTIME_API", Kind::api},
    Reserved{"AWS_REGION", Kind::overridden},
    Reserved{"AWS_SECRET_ACCESS_KEY", Kind::credential},
    Reserved{"AWS_SESSION_TOKEN", Kind::credential},
    Reserved{"LAMBDA_RUNTIME_DIR", Kind::directory, "/var/runtime"},
    Reserved{"LAMBDA_TASK_ROOT", Kind::directory, "/var/task"},
    Reserved{"_HANDLER", Kind::handler},
    Reserved{"_X_AMZN_TRACE_ID", Kind::overridden},
};
static_assert(std::ranges::is_sorted(kReserved, {}, &Reserved::name));

struct Verdict {
  Severity severity;
  std::string what;  // follows "ENV sets NAME"
};

Verdict verdict_on(const Reserved& reserved, std::string_view value) {
  switch (reserved.kind) {
    case Kind::credential:
      return {Severity::warning,
              ", a credential: Lambda puts those of the function's role in its place, and whoever can pull the image "
              "can read this one"};
    case Kind::api:
      return {Severity::warning,
              ": entry scripts and libraries take it as the sign that they run on Lambda, and a local run then looks "
              "for an API that is not there; on Lambda its value is another"};
    case Kind::concurrency:
      return {Severity::warning,
              ": it switches runtime interface clients to several requests at once, which only Lambda's managed "
              "instances send"};
    case Kind::directory:
      return {Severity::warning, cat(" to ", quote(value), ": on Lambda it is always ", reserved.right_value,
                                     ", so what relies on it looks elsewhere than in a local run")};
    case Kind::handler:
      return {
          Severity::info,
          ": the name is reserved, and extensions do not get it. Lambda is not known to set it for images, so it may "
          "stay as it is"};
    case Kind::overridden:
      break;
  }
  return {Severity::info, cat(" to ", quote(value), ": Lambda puts its own value in its place")};
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no ENV");
  const std::vector<std::string>& env = in.image.config().env;
  std::array<std::optional<std::size_t>, kReserved.size()> last;  // position in ENV: of several the last counts
  for (std::size_t i = 0; i < env.size(); ++i) {
    const std::string_view name = std::string_view(env[i]).substr(0, env[i].find('='));
    const auto* reserved = std::ranges::lower_bound(kReserved, name, {}, &Reserved::name);
    if (reserved == kReserved.end() || reserved->name != name) continue;
    last[static_cast<std::size_t>(reserved - kReserved.begin())] = i;
  }
  for (std::size_t i = 0; i < last.size(); ++i) {
    if (!last[i]) continue;
    const Reserved& reserved = kReserved[i];
    const std::string_view value =
        std::string_view(env[*last[i]]).substr(std::min(env[*last[i]].size(), reserved.name.size() + 1));
    if (value.empty() || value == reserved.right_value) continue;  // empty: what clears a variable of the base
    Verdict verdict = verdict_on(reserved, value);
    out.add({.message = cat("ENV sets ", reserved.name, verdict.what),
             .fix = cat("delete the line ENV ", reserved.name, "; to try the image locally: docker run -e ",
                        reserved.name, "=..."),
             .where = {in_document(cat("/config/Env/", *last[i]))},
             .severity = verdict.severity});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule reserved_variable = {.info = {.id = "reserved-variable",
                                                   .title = "ENV sets a variable that Lambda sets itself",
                                                   .since = "0.1.0",
                                                   .category = Category::runtime,
                                                   .severity = Severity::warning,
                                                   .evidence = Evidence::documented},
                                          .check = check};

}  // namespace ocitidy::rules
