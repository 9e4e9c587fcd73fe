// passes.cc - the pass table, for people and for programs: docs/passes.schema.json.
#include <algorithm>

#include "base/text.h"
#include "ocitidy/report.h"
#include "report/json_image.h"
#include "report/optimize_words.h"

namespace ocitidy {

void write_passes_text(const Write& write) {
  std::size_t id_width = 0;
  for (const PassInfo* pass : all_passes()) id_width = std::max(id_width, pass->id.size());
  for (const PassInfo* pass : all_passes()) {
    std::string id(pass->id), safety(safety_name(pass->safety)), preset(preset_name(presets_of(*pass).front()));
    id.resize(id_width + 2, ' ');
    safety.resize(std::string_view("refetchable").size() + 2, ' ');
    preset.resize(std::string_view("reproducible").size() + 2, ' ');
    write(cat(id, safety, preset, pass->title, "\n"));
  }
}

void write_passes_json(const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  write_header_json(json);
  json.key("passes");
  json.begin_array();
  for (const PassInfo* pass : all_passes()) {
    json.begin_object();
    json.member("id", pass->id);
    json.member("title", pass->title);
    json.member("since", pass->since);
    json.member("class", safety_name(pass->safety));
    json.key("presets");
    json.begin_array();
    for (const Preset preset : presets_of(*pass)) json.value(preset_name(preset));
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
