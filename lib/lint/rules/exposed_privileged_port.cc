// exposed-privileged-port: EXPOSE of ports that only root, or who has a capability, may listen on.
// Why and examples: docs/rules/exposed-privileged-port.md
#include <charconv>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr unsigned kFirstUnprivileged = 1024;
constexpr std::size_t kShown = 8;

/// Of "80/tcp", and of the first of "80-90/tcp"; 0 when it does not begin with a number.
unsigned first_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() ? port : 0;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it exposes nothing");
  std::vector<std::string> ports;
  for (const std::string& exposed : in.image.config().exposed_ports) {
    const unsigned port = first_port(exposed);
    if (port == 0 || port >= kFirstUnprivileged) continue;
    ports.push_back(quote(exposed));
  }
  if (ports.empty()) return Outcome::checked();
  out.add({.message = cat("EXPOSE names ", listed(ports, kShown),
                          ", below 1024: to listen there takes root, a capability or a sysctl of the engine"),
           .fix = "listen on a port from 1024 on, such as 8080, and map it: docker run -p 80:8080",
           .where = {in_document("/config/ExposedPorts")},
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule exposed_privileged_port = {.info = {.id = "exposed-privileged-port",
                                                         .title = "EXPOSE of a port below 1024",
                                                         .since = "0.1.0",
                                                         .category = Category::hygiene,
                                                         .severity = Severity::info,
                                                         .evidence = Evidence::documented,
                                                         .profiles = kGenericOnly},
                                                .check = check};

}  // namespace ocitidy::rules
