// deprecated-web-adapter-variable: ENV sets a name that newer releases of AWS Lambda Web Adapter do not read.
// Why and examples: docs/rules/deprecated-web-adapter-variable.md
#include <array>

#include "base/text.h"
#include "lambda/extensions.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

// Source: aws/aws-lambda-web-adapter, README and docs, "Environment variables" (read 2026-09-01).
struct Variable {
  std::string_view name, instead, gone_in;
};
constexpr std::array<Variable, 7> kVariables = {
    {{"ASYNC_INIT", "AWS_LWA_ASYNC_INIT", "2.0"},
     {"AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS", "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS", "1.0"},
     {"HOST", "AWS_LWA_HOST", "2.0"},
     {"READINESS_CHECK_PATH", "AWS_LWA_READINESS_CHECK_PATH", "2.0"},
     {"READINESS_CHECK_PORT", "AWS_LWA_READINESS_CHECK_PORT", "2.0"},
     {"READINESS_CHECK_PROTOCOL", "AWS_LWA_READINESS_CHECK_PROTOCOL", "2.0"},
     {"REMOVE_BASE_PATH", "AWS_LWA_REMOVE_BASE_PATH", "2.0"}}};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const ImageConfig& config = in.image.config();
  if (!lambda::web_adapter(in.image)) return Outcome::not_applicable("no web adapter in /opt/extensions");
  for (const Variable& variable : kVariables) {
    const std::optional<std::string_view> value = env_value(config, variable.name);
    if (!value || env_value(config, variable.instead)) continue;
    // Servers read HOST too, so that it may not be meant for the adapter.
    const bool maybe_not_its = variable.name == "HOST";
    out.add({.message = cat("ENV ", variable.name, "=", escape_for_terminal(*value),
                            maybe_not_its ? ", if it is meant for the web adapter," : "",
                            " is a name that web adapter ", variable.gone_in, " and later do not read"),
             .fix = cat("set ", variable.instead,
                        variable.gone_in == "1.0" ? ", which lists the good statuses instead: 100-499" : " instead"),
             .where = {in_document("/config/Env")},
             .severity = maybe_not_its ? std::optional(Severity::info) : std::nullopt});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule deprecated_web_adapter_variable = {.info = {.id = "deprecated-web-adapter-variable",
                                                                 .title = "Variable that newer web adapters ignore",
                                                                 .since = "0.1.0",
                                                                 .category = Category::runtime,
                                                                 .severity = Severity::warning,
                                                                 .evidence = Evidence::documented,
                                                                 .profiles = kLambdaOnly,
                                                                 .texts = {&lambda::kWebAdapterText, 1}},
                                                        .check = check};

}  // namespace ocitidy::rules
