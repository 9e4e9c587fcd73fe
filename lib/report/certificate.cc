// certificate.cc - what shows that an output is its input: docs/certificate.schema.json, read by parse_certificate().
#include "base/text.h"
#include "ocitidy/report.h"
#include "ocitidy/version.h"
#include "report/json_certificate.h"
#include "report/json_image.h"
#include "report/optimize_words.h"

namespace ocitidy {
namespace {

void write_change(JsonWriter& json, const TreeChange& change) {
  json.begin_object();
  json.text("path", change.path);
  json.member("before", change.before);
  json.member("after", change.after);
  json.text("linkedTo", change.linked_to);
  json.member("pass", change.pass);
  json.member("reason", change.reason);
  json.end_object();
}

}  // namespace

void write_certificate_members(JsonWriter& json, const Certificate& certificate) {
  json.member("inputManifest", certificate.input_manifest.str());
  json.member("outputManifest", certificate.output_manifest.str());
  json.member("treeBefore", tree_text(certificate.tree_before));
  json.member("treeAfter", tree_text(certificate.tree_after));
  json.texts("mask", certificate.mask);
  json.key("changes");
  json.begin_array();
  for (const TreeChange& change : certificate.changes) write_change(json, change);
  json.end_array();
  json.key("env");
  json.begin_array();
  for (const auto& [name, value] : certificate.env) {
    json.begin_object();
    json.member("name", name);
    json.member("value", value);
    json.end_object();
  }
  json.end_array();
}

void write_certificate(const Certificate& certificate, const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  json.member("schemaVersion", kSchemaVersion);
  json.member("toolVersion", certificate.tool_version);
  json.texts("libraries", certificate.libraries);
  write_certificate_members(json, certificate);
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
