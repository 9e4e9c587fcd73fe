// rules.cc - the rule table, for people and for programs: docs/rules.schema.json.
#include <algorithm>

#include "base/text.h"
#include "ocitidy/report.h"
#include "report/json_image.h"

namespace ocitidy {

void write_rules_text(const Write& write) {
  std::size_t id_width = 0;
  for (const Rule* rule : all_rules()) id_width = std::max(id_width, rule->info.id.size());
  for (const Rule* rule : all_rules()) {
    std::string id(rule->info.id), severity(severity_name(rule->info.severity)),
        category(category_name(rule->info.category));
    id.resize(id_width + 2, ' ');
    severity.resize(std::string_view("warning").size() + 2, ' ');
    category.resize(std::string_view("runtime").size() + 2, ' ');
    write(cat(id, severity, category, rule->info.title, "\n"));
  }
}

void write_rules_json(const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  write_header_json(json);
  json.key("rules");
  json.begin_array();
  for (const Rule* rule : all_rules()) {
    const RuleInfo& info = rule->info;
    json.begin_object();
    json.member("id", info.id);
    json.member("title", info.title);
    json.member("since", info.since);
    json.member("category", category_name(info.category));
    json.member("severity", severity_name(info.severity));
    json.member("evidence", evidence_name(info.evidence));
    json.key("profiles");
    json.begin_array();
    for (const Profile profile : {Profile::lambda, Profile::oci, Profile::generic}) {
      if (info.profiles.has(profile)) json.value(profile_name(profile));
    }
    json.end_array();
    if (!info.fixed_by.empty()) json.member("fixedBy", info.fixed_by);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
