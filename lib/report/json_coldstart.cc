// json_coldstart.cc - the estimate of a cold start, for programs: docs/coldstart.schema.json.
#include "ocitidy/report.h"
#include "report/json_image.h"

namespace ocitidy {
namespace {

void write_count(JsonWriter& json, std::string_view name, const std::optional<std::uint64_t>& count) {
  json.key(name);
  count ? json.value(*count) : json.null();
}

void write_part_members(JsonWriter& json, const PartChunks& part) {
  json.member("fileBytes", part.file_bytes);
  json.member("chunks", part.chunks);
  write_count(json, "newChunks", part.new_chunks);
}

void write_model(JsonWriter& json) {
  json.key("model");
  json.begin_object();
  json.member("name", kColdStartModel);
  json.member("isEstimate", true);
  json.member("chunkBytes", kColdStartChunkBytes);
  json.end_object();
}

void write_base(JsonWriter& json, const ColdStartReport& report) {
  json.key("base");
  json.begin_object();
  json.member("layers", report.base.count);
  json.text("evidence", report.base.evidence);
  json.member("guessed", report.base.trust == BaseLayers::Trust::guessed);
  json.end_object();
}

void write_chunks(JsonWriter& json, const ColdStartReport& report) {
  json.key("chunks");
  json.begin_object();
  json.member("all", report.chunks);
  json.member("metadata", report.metadata_chunks);
  json.member("data", report.data_chunks);
  write_count(json, "sharedWithBase", report.base_chunks);
  write_count(json, "new", report.new_chunks);
  json.end_object();
}

void write_against(JsonWriter& json, const ColdStartReport& report) {
  json.key("against");
  json.begin_array();
  for (const KnownImage& other : report.against) {
    json.begin_object();
    json.text("reference", other.reference);
    json.member("manifestDigest", other.manifest_digest.str());
    write_count(json, "chunks", other.chunks);
    write_count(json, "sharedChunks", other.shared_chunks);
    json.end_object();
  }
  json.end_array();
}

void write_components(JsonWriter& json, const ColdStartReport& report) {
  json.key("components");
  json.begin_array();
  for (const ComponentChunks& component : report.components) {
    json.begin_object();
    json.text("kind", component.kind);
    json.text("name", component.name);
    json.text("version", component.version);
    json.member("paths", component.paths);
    write_part_members(json, component.part);
    json.member("survival", component.survival);
    json.text("evidence", component.evidence);
    json.end_object();
  }
  json.end_array();
  json.texts("doubts", report.doubts);
}

void write_start(JsonWriter& json, const ColdStartReport& report) {
  json.key("start");
  if (!report.start) return json.null();
  json.begin_object();
  json.member("files", report.start->files);
  json.member("fileBytes", report.start->file_bytes);
  json.member("chunks", report.start->chunks);
  write_count(json, "newChunks", report.start->new_chunks);
  json.texts("missing", report.start->missing);
  json.end_object();
}

void write_budget(JsonWriter& json, const ColdStartReport& report) {
  json.key("budget");
  if (!report.budget_chunks) return json.null();
  json.begin_object();
  json.member("newChunks", *report.budget_chunks);
  json.member("exceeded", report.exceeds_budget());
  json.end_object();
}

}  // namespace

void write_json(const ColdStartReport& report, const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  write_header_json(json);
  write_model(json);
  write_image_json(json, report.image, [&](std::size_t layer) {
    if (layer < report.layers.size()) write_part_members(json, report.layers[layer]);
  });
  write_base(json, report);
  json.member("contentKnown", report.content_known);
  write_chunks(json, report);
  write_against(json, report);
  json.member("history", report.history);
  write_components(json, report);
  write_start(json, report);
  write_budget(json, report);
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
