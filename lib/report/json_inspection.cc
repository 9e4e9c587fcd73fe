// json_inspection.cc - what an image is made of, for programs: docs/inspection.schema.json.
#include "ocitidy/report.h"
#include "report/json_image.h"

namespace ocitidy {
namespace {

void write_usage_members(JsonWriter& json, const LayerUsage& usage) {
  json.member("entries", usage.entries);
  json.member("fileBytes", usage.file_bytes);
  json.member("visibleBytes", usage.visible_bytes);
  json.member("wastedBytes", usage.wasted_bytes);
}

}  // namespace

void write_json(const Inspection& inspection, const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  write_header_json(json);
  write_image_json(json, inspection.image, [&](std::size_t layer) {
    if (layer < inspection.usage.size()) write_usage_members(json, inspection.usage[layer]);
  });
  json.key("start");
  json.begin_object();
  json.texts("entrypoint", inspection.start.entrypoint);
  json.texts("cmd", inspection.start.cmd);
  json.text("workingDir", inspection.start.working_dir);
  json.text("user", inspection.start.user);
  json.member("envCount", inspection.start.env_count);
  json.end_object();
  json.key("total");
  json.begin_object();
  write_usage_members(json, inspection.total);
  json.end_object();
  json.member("efficiency", inspection.efficiency);
  json.member("diveScore", inspection.dive_score);
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
