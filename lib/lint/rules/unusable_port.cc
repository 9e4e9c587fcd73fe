// unusable-port: ports that a function cannot listen on, or that Lambda uses itself.
// Why and examples: docs/rules/unusable-port.md
#include <array>
#include <charconv>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr unsigned kFirstUnprivileged = 1024, kRuntimeApi = 9001, kInsights = 3000;
constexpr std::string_view kAdapter = "opt/extensions/lambda-adapter";

/// Variables that say where a web server listens. Sources: aws/aws-lambda-web-adapter, docs/configurations.md; the
/// documentation of Spring Boot and ASP.NET Core.
constexpr std::array<std::string_view, 5> kPortVariables = {"AWS_LWA_PORT", "AWS_LWA_READINESS_CHECK_PORT", "PORT",
                                                            "SERVER_PORT", "ASPNETCORE_HTTP_PORTS"};

std::optional<unsigned> port_of(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = end == text.data() + text.size() || *end == '/';
  return error == std::errc() && whole && port <= 65535 ? std::optional(port) : std::nullopt;
}

/// What is wrong with listening there; "" when nothing is.
std::string_view problem_of(unsigned port) {
  if (port == 0) return "";
  if (port < kFirstUnprivileged) return "Lambda's user has no privilege to listen below 1024";
  if (port == kRuntimeApi) return "Lambda's Runtime API listens on 9001";
  if (port == kInsights) return "the extension CloudWatch Lambda Insights listens on 3000, if the function has it";
  return "";
}

bool is_usable(unsigned port) { return port >= kFirstUnprivileged && port != kRuntimeApi; }

struct Judge {
  bool has_adapter;  // a server is started, and is to be found at a port
  FindingSink& out;

  void add(std::string_view said, unsigned port, std::string_view pointer, Severity severity,
           std::string_view fix) const {
    if (port == kInsights && !has_adapter) return;
    if (port == kInsights || !has_adapter) severity = Severity::info;
    out.add({.message = cat(said, ": ", problem_of(port),
                            has_adapter ? "" : ". No web adapter was found that would ask it, so it may not matter"),
             .fix = std::string(fix),
             .where = {in_document(pointer)},
             .severity = severity});
  }
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no settings");
  const ImageConfig& config = in.image.config();
  const Judge judge{in.image.resolve(kAdapter).has_value(), out};
  bool usable_elsewhere = false;  // EXPOSE is a hint only; a variable or another port says more
  for (const std::string_view name : kPortVariables) {
    const auto value = env_value(config, name);
    const auto port = value ? port_of(*value) : std::nullopt;
    if (!port) continue;
    usable_elsewhere |= is_usable(*port);
    if (problem_of(*port).empty()) continue;
    judge.add(cat("ENV ", name, "=", *port), *port, "/config/Env", Severity::warning,
              cat("ENV ", name, "=8080, and let the server listen there"));
  }
  for (const std::string& exposed : config.exposed_ports) {
    const auto port = port_of(exposed);
    usable_elsewhere |= port && is_usable(*port);
  }
  for (const std::string& exposed : config.exposed_ports) {
    const auto port = port_of(exposed);
    if (!port || problem_of(*port).empty() || *port == kInsights) continue;
    judge.add(cat("EXPOSE ", *port, " says that the server listens there"), *port, "/config/ExposedPorts",
              usable_elsewhere ? Severity::info : Severity::warning,
              "let the server listen on 8080, where the web adapter looks unless ENV AWS_LWA_PORT says otherwise");
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule unusable_port = {.info = {.id = "unusable-port",
                                               .title = "Port that a function cannot listen on",
                                               .since = "0.1.0",
                                               .category = Category::startup,
                                               .severity = Severity::warning,
                                               .evidence = Evidence::documented},
                                      .check = check};

}  // namespace ocitidy::rules
