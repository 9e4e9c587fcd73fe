// secret-in-config: credentials in variables, labels, arguments and build steps, where everybody who pulls reads them.
// Why and examples: docs/rules/secret-in-config.md
#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/secret_files.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kPerCommand = 8;

constexpr std::string_view kFixVariable =
    "remove the line, give the value to the function's configuration or read it from AWS Secrets Manager at start; "
    "then "
    "change the credential: it is known";
constexpr std::string_view kFixStep =
    "RUN --mount=type=secret,id=NAME in place of ARG or a literal; then change the credential: it is known";

/// Collects findings; a credential that a step and the variable made by it both show is told once.
class Search {
 public:
  explicit Search(FindingSink& out) : out_(out) {}

  void look(std::string_view what, std::string_view name, std::string_view value, std::string pointer) {
    if (const auto secret = find_secret(name, value)) report(what, *secret, std::move(pointer), kFixVariable);
  }

  void look_at_command(std::string_view what, std::string_view command, const std::string& pointer,
                       std::string_view fix) {
    for (const Secret& secret : secrets_in_command(command, kPerCommand)) report(what, secret, pointer, fix);
  }

 private:
  void report(std::string_view what, const Secret& secret, std::string pointer, std::string_view fix) {
    if (!seen_.emplace(secret.name, secret.size_bytes, secret.hint).second) return;
    const bool harmless = secret.kind == "encrypted private key";
    all_.push_back({.message = cat(what, " shows ", named(secret), "; everybody who can pull the image can read it"),
                    .fix = std::string(fix),
                    .where = {in_document(pointer)},
                    .severity = harmless ? std::optional(Severity::info) : std::nullopt});
  }

  FindingSink& out_;
  std::vector<Finding> all_;
  std::set<std::tuple<std::string, std::size_t, std::string>> seen_;

 public:
  void finish() { add_bounded(std::move(all_), out_); }
};

void look_at_arguments(Search& search, const std::vector<std::string>& words, std::string_view member) {
  for (std::size_t i = 0; i < words.size(); ++i)
    search.look_at_command("the start command", words[i], cat("/config/", member, "/", i), kFixVariable);
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no config");
  const ImageConfig& config = in.image.config();
  Search search(out);
  for (std::size_t i = 0; i < config.env.size(); ++i) {
    const std::string_view variable = config.env[i];
    const std::size_t equals = std::min(variable.find('='), variable.size());
    search.look("the environment", variable.substr(0, equals), variable.substr(std::min(equals + 1, variable.size())),
                cat("/config/Env/", i));
  }
  for (const auto& [name, value] : config.labels)
    search.look("a label", name, value, in_member("/config/Labels", name).json_pointer);
  look_at_arguments(search, config.entrypoint, "Entrypoint");
  look_at_arguments(search, config.cmd, "Cmd");
  for (std::size_t i = 0; i < config.history.size(); ++i)
    search.look_at_command("a build step", config.history[i].created_by, cat("/history/", i, "/created_by"), kFixStep);
  search.finish();
  return Outcome::checked();
}

}  // namespace

constinit const Rule secret_in_config = {.info = {.id = "secret-in-config",
                                                  .title = "Credential in the image's config or history",
                                                  .since = "0.1.0",
                                                  .category = Category::hygiene,
                                                  .severity = Severity::warning,
                                                  .evidence = Evidence::documented,
                                                  .profiles = kLambdaAndGeneric},
                                         .check = check};

}  // namespace ocitidy::rules
