// ignored-setting: what the config asks for and Lambda does not heed.
// Why and examples: docs/rules/ignored-setting.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kShownItems = 3;

struct Ignored {
  std::vector<std::string> settings;  // "EXPOSE 8080/tcp"
  std::vector<Location> where;

  void add(std::string_view keyword, std::string_view value, std::string_view pointer) {
    settings.push_back(cat(keyword, " ", quote(value)));
    where.push_back(in_document(pointer));
  }
  void add_all(std::string_view keyword, const std::vector<std::string>& values, std::string_view pointer) {
    if (values.empty()) return;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < values.size(); ++i) texts.push_back(i < kShownItems ? quote(values[i]) : "");
    settings.push_back(cat(keyword, " ", listed(texts, kShownItems)));
    where.push_back(in_document(pointer));
  }
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no settings");
  const ImageConfig& config = in.image.config();
  Ignored ignored;
  if (!config.user.empty()) ignored.add("USER", config.user, "/config/User");
  ignored.add_all("EXPOSE", config.exposed_ports, "/config/ExposedPorts");
  ignored.add_all("VOLUME", config.volumes, "/config/Volumes");
  if (!config.healthcheck.empty()) ignored.add("HEALTHCHECK", config.healthcheck.front(), "/config/Healthcheck");
  if (!config.stop_signal.empty()) ignored.add("STOPSIGNAL", config.stop_signal, "/config/StopSignal");
  if (ignored.settings.empty()) return Outcome::checked();
  std::string consequence;
  if (!config.user.empty()) consequence += "; the function runs as a user of Lambda's own, without privileges";
  if (!config.volumes.empty()) consequence += "; nothing is mounted on a VOLUME, which stays read-only";
  out.add({.message = cat("Lambda heeds ENTRYPOINT, CMD, WORKDIR and ENV only, and ignores ",
                          listed(ignored.settings, ignored.settings.size()), consequence),
           .fix = "nothing needs to be done; delete the lines if the image is for Lambda alone",
           .where = std::move(ignored.where),
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule ignored_setting = {.info = {.id = "ignored-setting",
                                                 .title = "Setting that Lambda ignores",
                                                 .since = "0.1.0",
                                                 .category = Category::hygiene,
                                                 .severity = Severity::info,
                                                 .evidence = Evidence::documented},
                                        .check = check};

}  // namespace ocitidy::rules
